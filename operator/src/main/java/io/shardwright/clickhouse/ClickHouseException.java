package io.shardwright.clickhouse;

/** A statement that did not end well. */
public final class ClickHouseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The code when no server spoke: it was not reached, or the connection broke. */
    public static final int NO_ANSWER = 0;

    public static final int UNKNOWN_TABLE = 60;
    public static final int UNKNOWN_DATABASE = 81;

    private final int code;

    /**
     * @param code the server's error code, or {@link #NO_ANSWER}
     * @param message the server's words, without credentials
     */
    public ClickHouseException(int code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** @param message why nothing was heard */
    static ClickHouseException noAnswer(String message, Throwable cause) {
        return new ClickHouseException(NO_ANSWER, message, cause);
    }

    public int code() {
        return code;
    }

    /** True when nothing was heard from a server: the statement may or may not have run. */
    public boolean isNoAnswer() {
        return code == NO_ANSWER;
    }
}
