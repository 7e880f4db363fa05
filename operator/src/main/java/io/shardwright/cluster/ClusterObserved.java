package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.crds.Shard;
import io.shardwright.kube.ObjectRef;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What stands of a cluster.
 *
 * @param objects every object that the cluster owns
 * @param passwordHashes the SHA-256 of each user's password, in hexadecimal; a user without a Secret is not in it
 * @param unusableSecrets users whose Secret stands but holds no password
 * @param readFrom names of hosts that a Rebalance wants read, and no other of their shards
 */
record ClusterObserved(
        Map<ObjectRef, HasMetadata> objects,
        Map<String, String> passwordHashes,
        Set<String> unusableSecrets,
        CoordinationState coordination,
        List<Shard> shards,
        Set<String> readFrom) {
    ClusterObserved {
        objects = Map.copyOf(objects);
        passwordHashes = Map.copyOf(passwordHashes);
        unusableSecrets = Set.copyOf(unusableSecrets);
        shards = List.copyOf(shards);
        readFrom = Set.copyOf(readFrom);
    }

    /** Whether the ensemble can be used. */
    sealed interface CoordinationState {
        /** It answers, and the cluster's root znode stands. */
        record Usable() implements CoordinationState {}

        /** It answers; the cluster's root znode is missing. */
        record RootMissing() implements CoordinationState {}

        /**
         * The servers of a managed ensemble cannot start.
         *
         * @param message why, and what they said last
         */
        record Failing(String message) implements CoordinationState {}

        /**
         * The servers of a managed ensemble are starting.
         *
         * @param isAlmostUp one may be up before the kubelet says so
         */
        record Starting(boolean isAlmostUp) implements CoordinationState {}

        /**
         * No member answers.
         *
         * @param message what was tried
         */
        record Unreachable(String message) implements CoordinationState {}
    }
}
