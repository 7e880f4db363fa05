package io.shardwright.importjob;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.shardwright.crds.ImportCompression;
import io.shardwright.crds.ImportFormat;
import io.shardwright.importspec.StagingNames;
import java.util.List;
import java.util.Optional;

/**
 * An ImportJob with every default filled in.
 *
 * @param table name of the Table object
 * @param fields names of a line's fields where the file does not name them; empty for the table's columns in order
 */
record ImportIntent(
        String namespace,
        String name,
        OwnerReference owner,
        StagingNames staging,
        String table,
        List<String> urls,
        ImportFormat format,
        ImportCompression compression,
        List<String> nullTexts,
        Optional<List<String>> fields,
        int backoffLimit) {
    ImportIntent {
        urls = List.copyOf(urls);
        nullTexts = List.copyOf(nullTexts);
        fields = fields.map(List::copyOf);
    }
}
