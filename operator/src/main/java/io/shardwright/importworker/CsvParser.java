package io.shardwright.importworker;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import io.shardwright.importspec.TargetTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads CSV. A quoted field may hold line ends and is never NULL. */
final class CsvParser implements RowParser {
    private final TargetTable target;
    private final boolean hasNames;
    private final List<String> fields;

    private CsvParser(TargetTable target, boolean hasNames, List<String> fields) {
        this.target = target;
        this.hasNames = hasNames;
        this.fields = fields;
    }

    static CsvParser withNames(TargetTable target) {
        return new CsvParser(target, true, null);
    }

    static CsvParser of(TargetTable target, List<String> fields) {
        return new CsvParser(target, false, fields);
    }

    @Override
    public void parse(String file, InputStream in, RowWriter rows) throws IOException {
        var handler = new Handler(file, rows);
        if (!hasNames) {
            rows.columns(file, fields == null ? target.insertable() : RowParser.columns(target, fields, file, 0));
        }
        // As ISO 8859-1 every octet is a character and comes out as it went in.
        try (var reader = CsvReader.builder()
                .allowExtraFields(true)
                .allowMissingFields(true)
                .allowExtraCharsAfterClosingQuote(false)
                .build(handler, new InputStreamReader(in, StandardCharsets.ISO_8859_1))) {
            reader.forEach(row -> {});
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (CsvParseException e) {
            throw unwrapped(e, file, handler.line);
        }
        if (hasNames && handler.expectsNames) {
            throw new RefusedException(file, 1, "the file is empty: the first line names the columns");
        }
    }

    private static RuntimeException unwrapped(CsvParseException e, String file, long lastLine) throws IOException {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedException refused) {
                return refused;
            }
            if (cause instanceof IOException io) {
                throw io;
            }
        }
        return new RefusedException(file, lastLine + 1, "this or the next line is malformed: " + e.getMessage());
    }

    /** Called for every field while the file is read; nothing is kept but the names of the columns. */
    private final class Handler extends AbstractBaseCsvCallbackHandler<Boolean> {
        private final String file;
        private final RowWriter rows;
        private final List<String> names = new ArrayList<>();
        private boolean expectsNames = hasNames;
        private long line;

        private Handler(String file, RowWriter rows) {
            this.file = file;
            this.rows = rows;
        }

        @Override
        protected void handleBegin(long startingLine) {
            line = startingLine;
            rows.beginRow(startingLine);
        }

        @Override
        protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
            if (expectsNames) {
                names.add(new String(buffer, offset, length));
            } else if (index < rows.fieldCount()) {
                rows.field(index, buffer, offset, offset + length, !quoted, false);
            }
        }

        @Override
        protected Boolean buildRecord() {
            if (expectsNames) {
                rows.columns(file, RowParser.columns(target, names, file, line));
                expectsNames = false;
                return Boolean.TRUE;
            }
            if (getFieldCount() != rows.fieldCount()) {
                throw new RefusedException(
                        file,
                        line,
                        "the line has " + getFieldCount() + " fields, but " + rows.fieldCount() + " are expected");
            }
            rows.endRow();
            return Boolean.TRUE;
        }
    }
}
