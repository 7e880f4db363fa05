package io.shardwright.topology;

import java.util.List;

/**
 * A user of the servers. The password stands in the Secret {@link ClusterRef#userSecretName}.
 *
 * @param networks that it may connect from; never empty
 */
public record User(String name, Access access, List<Network> networks) {
    /** The operator's own. */
    public static final String OPERATOR = "shardwright";

    /** What the servers use towards each other. */
    public static final String INTERNAL = "internal";

    /** The user of clients that name none. */
    public static final String DEFAULT = "default";

    private static final List<Network> ANYWHERE = List.of(Network.ANYWHERE);

    /** What a user may do. */
    public enum Access {
        /** Everything. */
        full,
        /** Read, and change settings; no data, no tables. */
        readonly
    }

    public User {
        networks = networks.isEmpty() ? ANYWHERE : List.copyOf(networks);
    }

    /** The users that every cluster has, whatever its spec says. */
    public static List<User> ofEveryCluster() {
        return List.of(
                new User(DEFAULT, Access.full, ANYWHERE),
                new User(OPERATOR, Access.full, ANYWHERE),
                new User(INTERNAL, Access.full, ANYWHERE));
    }
}
