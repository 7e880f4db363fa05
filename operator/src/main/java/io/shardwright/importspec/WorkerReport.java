package io.shardwright.importspec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A worker's last words.
 *
 * @param attempt which worker; {@link StagingNames#attempt} names its tables
 * @param shardRows rows that it wrote for each shard, by index
 * @param failure null when every row of every file was written
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkerReport(String attempt, List<Long> shardRows, long bytes, Failure failure) {
    /** Nothing would be gained by trying again: a missing file, a malformed row. */
    public static final int EXIT_REFUSED = 3;

    /** Something went wrong on the way; another worker may fare better. */
    public static final int EXIT_INTERRUPTED = 4;

    /**
     * @param file URL of the file, null when it was not a file's fault
     * @param line of the file, from 1; null when it was not a line's fault
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Failure(String file, Long line, String message) {}

    public long rows() {
        return shardRows.stream().mapToLong(Long::longValue).sum();
    }
}
