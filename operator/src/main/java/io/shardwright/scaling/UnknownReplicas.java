package io.shardwright.scaling;

import io.shardwright.scaling.ScalingObserved.Backing;
import io.shardwright.scaling.ScalingObserved.Registration;
import io.shardwright.topology.Host;
import java.util.List;

/** Knows nothing, so that no replica goes. */
final class UnknownReplicas implements Replicas {
    @Override
    public Backing backing(Host host, List<Host> keepers) {
        return new Backing.Unknown("it is not compared yet");
    }

    @Override
    public Registration registration(Host host, Host via) {
        return Registration.UNKNOWN;
    }

    @Override
    public void forget(Host host, Host via) {}
}
