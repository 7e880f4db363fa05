package io.shardwright.importworker;

import io.shardwright.importspec.TargetTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Takes the fields of rows from a parser, and hands on chunks of rows. */
final class RowWriter {
    private final List<String> nullTexts;
    private final Set<String> keyColumns;
    private final Consumer<Chunk> chunks;
    private List<Field> fields = List.of();
    private Chunk chunk;
    private long line;

    /**
     * @param nullTexts texts that mean NULL, as octets
     * @param keyColumns columns that the sharding key needs
     * @param chunks takes full chunks; may block
     */
    RowWriter(List<String> nullTexts, Set<String> keyColumns, Consumer<Chunk> chunks) {
        this.nullTexts = nullTexts;
        this.keyColumns = keyColumns;
        this.chunks = chunks;
    }

    /** From now on, rows have these columns. */
    void columns(String file, List<Column> columns) {
        flush();
        requireKey(file, columns);
        fields = columns.stream()
                .map(column -> new Field(column, nullTexts, keyColumns))
                .toList();
        chunk = new Chunk(file, columns);
    }

    int fieldCount() {
        return fields.size();
    }

    void beginRow(long atLine) {
        line = atLine;
    }

    void field(int index, char[] text, int start, int end, boolean canBeNull, boolean isEscaped) {
        write(index, to -> fields.get(index).write(text, start, end, canBeNull, isEscaped, to));
    }

    void nullField(int index) {
        write(index, to -> fields.get(index).writeNull(to));
    }

    void endRow() {
        if (!chunk.keys().isEmpty()) {
            chunk.keys().replaceLast('\n');
        }
        chunk.data().replaceLast('\n');
        chunk.endRow(line);
        if (chunk.isFull()) {
            flush();
        }
    }

    /** Hands on what there is. */
    void flush() {
        if (chunk != null && !chunk.isEmpty()) {
            var full = chunk;
            chunk = new Chunk(full.file(), full.columns());
            chunks.accept(full);
        }
    }

    /** Every field is followed by a tab; the last one's becomes the end of the line. */
    private void write(int index, Writing writing) {
        var data = chunk.data();
        int start = data.size();
        writing.to(data).ifPresent(problem -> {
            throw new RefusedException(chunk.file(), line, problem);
        });
        data.add('\t');
        if (fields.get(index).isInKey()) {
            chunk.keys().add(data.array(), start, data.size());
        }
    }

    private void requireKey(String file, List<Column> columns) {
        var names = new ArrayList<>(keyColumns);
        names.removeAll(columns.stream().map(Column::name).toList());
        if (!names.isEmpty()) {
            throw new RefusedException(
                    file,
                    0,
                    "the sharding key needs column " + names.getFirst() + ", which the file does not have: add it");
        }
    }

    private interface Writing {
        Optional<String> to(Chunk.Bytes data);
    }
}
