package io.shardwright.plan;

import java.util.Objects;

/**
 * Something wanted but not allowed now.
 *
 * @param subject what waits, e.g. a host
 * @param message what it waits for, and what the user can do about it
 */
public record Hold(HoldReason reason, String subject, String message) {
    public Hold {
        Objects.requireNonNull(reason);
        Objects.requireNonNull(subject);
        Objects.requireNonNull(message);
    }
}
