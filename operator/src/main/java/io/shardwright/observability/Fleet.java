package io.shardwright.observability;

import io.fabric8.kubernetes.api.model.Condition;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.shardwright.crds.HoldStatus;
import io.shardwright.plan.Conditions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Gauges over all resources, read from the caches when the metrics are asked for. */
public final class Fleet {
    private final MultiGauge holds;
    private final MultiGauge resources;
    private final List<Kind> kinds = new ArrayList<>();

    public Fleet(MeterRegistry meters) {
        holds = MultiGauge.builder("shardwright.holds")
                .description("Things that are wanted but must wait, by kind and reason")
                .register(meters);
        resources = MultiGauge.builder("shardwright.resources")
                .description("Resources by kind and readiness")
                .register(meters);
    }

    /** What a resource's status says; either may be null before its first pass. */
    public record State(List<Condition> conditions, List<HoldStatus> holds) {}

    private record Kind(String name, Supplier<Stream<State>> states) {}

    /** @param states of all resources of the kind, as the cache has them now */
    public void add(String kind, Supplier<Stream<State>> states) {
        kinds.add(new Kind(kind, states));
    }

    /** Reads the caches anew. */
    public void refresh() {
        var heldBy = new TreeMap<String, MultiGauge.Row<?>>();
        var counts = new ArrayList<MultiGauge.Row<?>>();
        for (var kind : kinds) {
            var states = kind.states().get().toList();
            countHolds(states)
                    .forEach((reason, count) -> heldBy.put(
                            kind.name() + reason,
                            MultiGauge.Row.of(Tags.of("kind", kind.name(), "reason", reason), count)));
            long ready = states.stream()
                    .filter(state -> Conditions.isTrue(state.conditions(), Conditions.READY, null))
                    .count();
            counts.add(MultiGauge.Row.of(Tags.of("kind", kind.name(), "ready", "true"), ready));
            counts.add(MultiGauge.Row.of(Tags.of("kind", kind.name(), "ready", "false"), states.size() - ready));
        }
        holds.register(heldBy.values(), true);
        resources.register(counts, true);
    }

    private static TreeMap<String, Integer> countHolds(List<State> states) {
        var counts = new TreeMap<String, Integer>();
        states.stream()
                .filter(state -> state.holds() != null)
                .flatMap(state -> state.holds().stream())
                .forEach(hold -> counts.merge(hold.reason(), 1, Integer::sum));
        return counts;
    }
}
