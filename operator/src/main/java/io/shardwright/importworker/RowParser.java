package io.shardwright.importworker;

import io.shardwright.crds.ImportFormat;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.TargetTable.Column;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;

/** Reads the rows of one file. */
interface RowParser {
    /** Reads to the end; the stream is not compressed and begins without a byte order mark. */
    void parse(String file, InputStream in, RowWriter rows) throws IOException;

    /** @param fields names of a line's fields where the file does not name them; null for the table's columns in order */
    static RowParser of(ImportFormat format, TargetTable target, List<String> fields) {
        return switch (format) {
            case CSVWithNames -> CsvParser.withNames(target);
            case CSV -> CsvParser.of(target, fields);
            case TSV -> new TsvParser(target, fields);
            case JSONEachRow -> new JsonParser(target);
        };
    }

    /** The columns of these names. */
    static List<Column> columns(TargetTable target, List<String> names, String file, long line) {
        var seen = new HashSet<String>();
        return names.stream()
                .map(name -> {
                    if (!seen.add(name)) {
                        throw new RefusedException(file, line, "column " + name + " appears twice");
                    }
                    return column(target, name, file, line);
                })
                .toList();
    }

    static Column column(TargetTable target, String name, String file, long line) {
        var column = target.column(name)
                .orElseThrow(() -> new RefusedException(
                        file,
                        line,
                        "table " + target.database() + "." + target.name() + " has no column \"" + name + "\""));
        if (!column.isInsertable()) {
            throw new RefusedException(
                    file, line, "column " + name + " is " + column.defaultKind() + ": the server computes it");
        }
        return column;
    }
}
