package io.shardwright.holdings;

import java.util.List;

/** What the coordination knows of a host. */
public sealed interface Registration {
    /**
     * It could not be asked, or searched; nothing follows from that.
     *
     * @param lasts whether that does not pass by itself
     */
    record Unknown(String message, boolean lasts) implements Registration {
        public Unknown(String message) {
            this(message, false);
        }
    }

    /**
     * @param replicas of the host
     * @param ofPeers how many replicas of the shard's other hosts there are
     */
    record Known(List<RegisteredReplica> replicas, int ofPeers) implements Registration {
        public Known {
            replicas = List.copyOf(replicas);
        }
    }

    /**
     * The host's replica of a table, as its znodes tell it: that of its volume, or of one that it had before.
     *
     * @param path of the table
     * @param name whatever it was given
     * @param active whether a server holds its place now
     * @param parts that it had
     * @param dropped ranges that were dropped, maybe while it was away
     */
    record RegisteredReplica(String path, ReplicaName name, boolean active, List<Part> parts, List<Part> dropped) {
        public RegisteredReplica {
            parts = List.copyOf(parts);
            dropped = List.copyOf(dropped);
        }

        /** Where it stands, below the coordination root. */
        public String znode() {
            return path + "/replicas/" + name;
        }
    }
}
