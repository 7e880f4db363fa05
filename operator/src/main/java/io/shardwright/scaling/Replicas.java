package io.shardwright.scaling;

import io.shardwright.scaling.ScalingObserved.Backing;
import io.shardwright.scaling.ScalingObserved.Registration;
import io.shardwright.topology.Host;
import java.util.List;

/** What replicas of a shard have in common, and what the coordination knows of them. */
interface Replicas {
    /** @param keepers hosts of its shard that stay and serve */
    Backing backing(Host host, List<Host> keepers);

    /** @param via a server that answers */
    Registration registration(Host host, Host via);

    /** @param via a server that answers */
    void forget(Host host, Host via);
}
