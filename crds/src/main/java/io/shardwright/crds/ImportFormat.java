package io.shardwright.crds;

/** How the rows of a file are written; the names are ClickHouse's. */
public enum ImportFormat {
    CSVWithNames,
    CSV,
    TSV,
    JSONEachRow
}
