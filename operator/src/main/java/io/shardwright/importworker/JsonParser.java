package io.shardwright.importworker;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardwright.clickhouse.Sql;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.TargetTable.Column;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads objects one after the other. A field that an object lacks is given the column's default: NULL, zero or the empty text
 * are written out; for columns whose default only the server knows, rows with and rows without them go into different chunks.
 */
final class JsonParser implements RowParser {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final TargetTable target;

    JsonParser(TargetTable target) {
        this.target = target;
    }

    @Override
    public void parse(String file, InputStream in, RowWriter rows) throws IOException {
        List<Column> columns = null;
        try (var parser = MAPPER.createParser(in)) {
            while (parser.nextToken() != null) {
                long line = parser.currentTokenLocation().getLineNr();
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    throw new RefusedException(
                            file, line, "an object was expected: each row is one, {\"column\": value, …}");
                }
                ObjectNode row = MAPPER.readTree(parser);
                var present = columnsOf(row, file, line);
                if (!present.equals(columns)) {
                    columns = present;
                    rows.columns(file, columns);
                }
                write(row, columns, file, line, rows);
            }
        } catch (JsonParseException e) {
            throw new RefusedException(
                    file, e.getLocation() == null ? 0 : e.getLocation().getLineNr(), e.getOriginalMessage());
        }
    }

    private List<Column> columnsOf(ObjectNode row, String file, long line) {
        row.fieldNames().forEachRemaining(name -> RowParser.column(target, name, file, line));
        return target.insertable().stream()
                .filter(column -> row.has(column.name()) || !column.hasDefault() && absent(column) != null)
                .toList();
    }

    /** What stands for a missing value, as TabSeparated has it; null when only the server knows. */
    private static String absent(Column column) {
        if (column.isNullable()) {
            return "\\N";
        }
        if (column.type().equals("String")) {
            return "";
        }
        return column.type().matches("U?Int\\d+|Float\\d+") ? "0" : null;
    }

    private static void write(ObjectNode row, List<Column> columns, String file, long line, RowWriter rows) {
        rows.beginRow(line);
        for (int i = 0; i < columns.size(); i++) {
            var column = columns.get(i);
            var value = row.get(column.name());
            if (value == null && column.isNullable() || value != null && value.isNull()) {
                rows.nullField(i);
            } else {
                boolean isText = value != null && value.isTextual();
                var text = octets(value == null ? absent(column) : text(value, column, file, line));
                rows.field(i, text, 0, text.length, isText, false);
            }
        }
        rows.endRow();
    }

    private static String text(JsonNode value, Column column, String file, long line) {
        return switch (value.getNodeType()) {
            case STRING -> value.asText();
            case NUMBER -> value.isBigDecimal() ? value.decimalValue().toPlainString() : value.asText();
            case BOOLEAN -> value.booleanValue() ? "1" : "0";
            case ARRAY -> array(value, column, file, line);
            default ->
                throw new RefusedException(
                        file, line, "column " + column.name() + ": an object is no value of " + column.type());
        };
    }

    /** As ClickHouse writes arrays: texts in single quotes, everything else bare. */
    private static String array(JsonNode array, Column column, String file, long line) {
        var text = new StringBuilder("[");
        for (var element : array) {
            text.append(text.length() == 1 ? "" : ",");
            if (element.isNull()) {
                text.append("NULL");
            } else if (element.isTextual()) {
                text.append(Sql.literal(element.asText()));
            } else {
                text.append(text(element, column, file, line));
            }
        }
        return text.append(']').toString();
    }

    private static char[] octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1).toCharArray();
    }
}
