package io.shardwright.importjob;

import io.shardwright.importspec.WorkerProgress;
import java.util.Optional;

/** Asks a worker how far it is. */
@FunctionalInterface
public interface ProgressClient {
    /** Empty when it does not say. */
    Optional<WorkerProgress> progressOf(String podAddress);
}
