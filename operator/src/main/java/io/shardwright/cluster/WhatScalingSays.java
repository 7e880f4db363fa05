package io.shardwright.cluster;

import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.ScalingStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Lets a new spec through, and what the scaling reconciler decided of hosts: not what this reconciler wrote itself. */
final class WhatScalingSays implements OnUpdateFilter<ClickHouseCluster> {
    @Override
    public boolean accept(ClickHouseCluster now, ClickHouseCluster before) {
        return !Objects.equals(
                        now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
                || !Objects.equals(
                        now.getMetadata().getDeletionTimestamp(),
                        before.getMetadata().getDeletionTimestamp())
                || !leaving(now).equals(leaving(before));
    }

    private static List<Object> leaving(ClickHouseCluster cluster) {
        return Optional.ofNullable(cluster.getStatus())
                .map(ClickHouseClusterStatus::scaling)
                .map(WhatScalingSays::leaving)
                .orElse(List.of());
    }

    /** Who, and how far; what each waits for and holds changes all the time. */
    private static List<Object> leaving(ScalingStatus scaling) {
        return Stream.<Object>concat(
                        Stream.ofNullable(scaling.leaving())
                                .flatMap(List::stream)
                                .map(host -> List.of(host.name(), host.phase())),
                        Stream.ofNullable(scaling.leavingShards())
                                .flatMap(List::stream)
                                .map(shard -> List.of(shard.shard(), shard.phase())))
                .toList();
    }
}
