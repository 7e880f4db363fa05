package io.shardwright.importspec;

/**
 * How far a worker is.
 *
 * @param rows staged so far
 * @param bytes of the files, as they are transferred, that were read so far
 * @param totalBytes of all files; null where a file server does not tell
 * @param startedAt RFC 3339
 */
public record WorkerProgress(long rows, long bytes, Long totalBytes, String startedAt) {}
