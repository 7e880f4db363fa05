package io.shardwright.plan;

/** A resource as a user wrote it, turned into an intent or refused. */
public sealed interface Parsed<I> {
    /** Valid, with every default filled in. */
    record Accepted<I>(I intent) implements Parsed<I> {}

    /**
     * Not valid: nothing happens until the user changes it.
     *
     * @param message what is wrong and what to write instead
     */
    record Rejected<I>(String message) implements Parsed<I> {}
}
