package io.shardwright.importworker;

import io.shardwright.importspec.TargetTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Reads ClickHouse's TabSeparated: a line a row, tabs between fields, backslash escapes. */
final class TsvParser implements RowParser {
    private static final int MAX_LINE = 16 << 20;

    private final TargetTable target;
    private final List<String> fields;

    TsvParser(TargetTable target, List<String> fields) {
        this.target = target;
        this.fields = fields;
    }

    @Override
    public void parse(String file, InputStream in, RowWriter rows) throws IOException {
        rows.columns(file, fields == null ? target.insertable() : RowParser.columns(target, fields, file, 0));
        var lines =
                new Lines(file, new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1), 1 << 16));
        while (lines.next()) {
            rows.beginRow(lines.number);
            row(file, lines, rows);
        }
    }

    private static void row(String file, Lines lines, RowWriter rows) {
        int index = 0;
        int start = 0;
        for (int i = 0; i <= lines.length; i++) {
            if (i == lines.length || lines.text[i] == '\t') {
                if (index < rows.fieldCount()) {
                    rows.field(index, lines.text, start, i, true, true);
                }
                index++;
                start = i + 1;
            }
        }
        if (index != rows.fieldCount()) {
            throw new RefusedException(
                    file,
                    lines.number,
                    "the line has " + index + " fields, but " + rows.fieldCount() + " are expected");
        }
        rows.endRow();
    }

    /** Lines without their ends, LF or CRLF, in one buffer that is used again. */
    private static final class Lines {
        private final String file;
        private final BufferedReader in;
        private char[] text = new char[4096];
        private int length;
        private long number;

        private Lines(String file, BufferedReader in) {
            this.file = file;
            this.in = in;
        }

        private boolean next() throws IOException {
            length = 0;
            number++;
            int c = in.read();
            if (c < 0) {
                return false;
            }
            for (; c >= 0 && c != '\n'; c = in.read()) {
                append((char) c);
            }
            if (length > 0 && text[length - 1] == '\r') {
                length--;
            }
            return true;
        }

        private void append(char c) {
            if (length == MAX_LINE) {
                throw new RefusedException(file, number, "the line is longer than 16 MiB");
            }
            if (length == text.length) {
                text = Arrays.copyOf(text, length * 2);
            }
            text[length++] = c;
        }
    }
}
