package io.shardwright.crds;

/** How a file is compressed. */
public enum ImportCompression {
    /** Gzip when the file begins with gzip's magic bytes, else none. */
    Auto,
    None,
    Gzip
}
