package io.shardwright.importworker;

/** A chunk could not be staged; the cause says why. */
final class LoadFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LoadFailedException(Throwable cause) {
        super(cause);
    }
}
