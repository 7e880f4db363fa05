package io.shardwright.keeper;

/** The ensemble did not answer, or refused. */
public final class KeeperException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KeeperException(String message, Throwable cause) {
        super(message, cause);
    }
}
