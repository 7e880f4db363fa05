package io.shardwright.importworker;

import io.shardwright.importspec.TargetTable.Column;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the fields of one column in TabSeparated.
 *
 * <p>Characters are octets (ISO 8859-1): what is not ASCII passes through as it is, whatever it means. ClickHouse takes too large
 * numbers and impossible dates for others without a word, so what it would not refuse is refused here.
 */
final class Field {
    private static final byte[] NULL = {'\\', 'N'};

    private final Column column;
    private final FieldType type;
    private final char[][] nullTexts;
    private final boolean isInKey;

    /** @param nullTexts texts that mean NULL, as octets */
    Field(Column column, List<String> nullTexts, Set<String> keyColumns) {
        this.column = column;
        this.type = FieldType.of(column.type());
        this.nullTexts = nullTexts.stream().map(String::toCharArray).toArray(char[][]::new);
        this.isInKey = keyColumns.contains(column.name());
    }

    Column column() {
        return column;
    }

    boolean isInKey() {
        return isInKey;
    }

    /**
     * @param canBeNull false for what cannot mean NULL, e.g. a quoted field
     * @param isEscaped true when it is written as TabSeparated has it already
     * @return what is wrong with it, if something is
     */
    Optional<String> write(char[] text, int start, int end, boolean canBeNull, boolean isEscaped, Chunk.Bytes to) {
        boolean isNullEscape = isEscaped && isNullEscape(text, start, end);
        if (column.isNullable() && (isNullEscape || canBeNull && isNull(text, start, end))) {
            to.add(NULL, 0, NULL.length);
            return Optional.empty();
        }
        // A server would take it for the type's default without a word.
        return isNullEscape
                ? writeNull(to)
                : type.write(text, start, end, isEscaped, to).map(this::explain);
    }

    /** @return what is wrong with NULL here, if something is */
    Optional<String> writeNull(Chunk.Bytes to) {
        if (!column.isNullable()) {
            return Optional.of(explain("NULL, but it is not Nullable"));
        }
        to.add(NULL, 0, NULL.length);
        return Optional.empty();
    }

    private String explain(String problem) {
        return "column " + column.name() + " (" + column.type() + "): " + problem;
    }

    private boolean isNull(char[] text, int start, int end) {
        for (var nullText : nullTexts) {
            if (Arrays.equals(text, start, end, nullText, 0, nullText.length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNullEscape(char[] text, int start, int end) {
        return end - start == 2 && text[start] == '\\' && text[start + 1] == 'N';
    }
}
