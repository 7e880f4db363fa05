package io.shardwright.holdings;

import io.shardwright.topology.Host;
import java.util.regex.Pattern;

/**
 * The name under which the coordination knows a replica: the name of its host, and what tells one volume of the host from its
 * others. Volumes made before each had a name of its own go by the host's alone.
 */
public record ReplicaName(String value) {
    /** Begins with a letter, as no index does: what is one host's is never taken for another's. */
    private static final Pattern OF_A_VOLUME = Pattern.compile("(?:-[a-z][a-z0-9]{4})?");

    public boolean isOf(Host host) {
        return value.startsWith(host.name())
                && OF_A_VOLUME.matcher(value.substring(host.name().length())).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
