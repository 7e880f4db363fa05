package io.shardwright.cluster;

import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.shardwright.crds.MoveStatus;
import io.shardwright.crds.Rebalance;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a Rebalance says of the hosts that servers are to read from; lets only updates through that change it. */
final class ReadSides implements OnUpdateFilter<Rebalance> {
    static Stream<String> of(Rebalance rebalance) {
        return Optional.ofNullable(rebalance.getStatus()).map(status -> status.current()).stream()
                .flatMap(List::stream)
                .map(MoveStatus::readFrom)
                .filter(Objects::nonNull)
                .flatMap(List::stream);
    }

    @Override
    public boolean accept(Rebalance after, Rebalance before) {
        return !of(after).collect(Collectors.toSet()).equals(of(before).collect(Collectors.toSet()));
    }
}
