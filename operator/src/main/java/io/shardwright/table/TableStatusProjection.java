package io.shardwright.table;

import io.shardwright.crds.Table;
import io.shardwright.crds.TableHostStatus;
import io.shardwright.crds.TableStatus;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Conditions;
import io.shardwright.plan.Conditions.Finding;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Plan;
import io.shardwright.plan.Rejection;
import io.shardwright.plan.Summaries;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.Size;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Tells users how a table is. */
final class TableStatusProjection {
    static final String PRESENT = "Present";
    static final String MISSING = "Missing";
    static final String DIFFERENT = "Different";
    static final String UNKNOWN = "Unknown";

    private TableStatusProjection() {}

    static TableStatus rejected(Table resource, String message, Instant now) {
        var previous = Optional.ofNullable(resource.getStatus()).map(TableStatus::conditions);
        var rejection = Rejection.of(resource, previous.orElse(null), message, now);
        return new TableStatus(
                rejection.generation(),
                null,
                null,
                null,
                null,
                rejection.summary(),
                List.of(),
                rejection.conditions(),
                List.of());
    }

    static TableStatus project(
            Table resource,
            TableIntent intent,
            TableObserved observed,
            Plan<TableAction> plan,
            List<Outcome<TableAction>> outcomes,
            Instant now) {
        var generation = resource.getMetadata().getGeneration();
        var previous = Optional.ofNullable(resource.getStatus());
        var hosts = observed.hosts().entrySet().stream()
                .map(entry -> hostStatus(intent, entry.getKey(), entry.getValue()))
                .toList();
        var findings = Findings.of(hosts, plan, outcomes);
        var size = size(observed, previous);
        return new TableStatus(
                generation,
                size.map(Size::rows).orElse(null),
                size.map(Size::bytes).orElse(null),
                size.map(known -> Amounts.bytes(known.bytes())).orElse(null),
                hosts.stream().filter(TableStatusProjection::isReady).count() + "/" + hosts.size(),
                Summaries.brief(findings.summary()),
                hosts,
                Conditions.of(
                        previous.map(TableStatus::conditions).orElse(null),
                        generation,
                        now,
                        findings.ready(),
                        findings.progressing(),
                        findings.degraded()),
                Holds.project(previous.map(TableStatus::holds).orElse(null), plan.holds(), now));
    }

    /** The status of a Table that is being deleted: what it was, and what its deletion waits for. */
    static TableStatus deleting(
            Table resource, Plan<TableAction> plan, List<Outcome<TableAction>> outcomes, Instant now) {
        var previous = Optional.ofNullable(resource.getStatus());
        var waiting = Findings.firstFailure(outcomes).or(() -> plan.holds().stream()
                .map(hold -> hold.subject() + ": " + hold.message())
                .findFirst());
        return new TableStatus(
                resource.getMetadata().getGeneration(),
                previous.map(TableStatus::rows).orElse(null),
                previous.map(TableStatus::bytes).orElse(null),
                previous.map(TableStatus::size).orElse(null),
                previous.map(TableStatus::hostsReady).orElse(null),
                Summaries.brief(waiting.map(message -> "Dropping: " + message).orElse("Dropping")),
                previous.map(TableStatus::hosts).orElse(List.of()),
                previous.map(TableStatus::conditions).orElse(List.of()),
                Holds.project(previous.map(TableStatus::holds).orElse(null), plan.holds(), now));
    }

    private static boolean isReady(TableHostStatus host) {
        return host.state().equals(PRESENT);
    }

    private static TableHostStatus hostStatus(TableIntent intent, Host host, HostState state) {
        return switch (state) {
            case HostState.Unknown(var message) -> new TableHostStatus(host.name(), UNKNOWN, null, message);
            case HostState.BeingRestored restored ->
                new TableHostStatus(host.name(), MISSING, null, "being restored, with its rows");
            case HostState.Seen seen -> seenStatus(intent, host, seen);
        };
    }

    private static TableHostStatus seenStatus(TableIntent intent, Host host, HostState.Seen seen) {
        var differences = SchemaComparison.differences(intent, seen);
        var missing = intent.names().tables().stream()
                .filter(name -> seen.table(name).isEmpty())
                .toList();
        var rows = seen.size().rows();
        if (!differences.isEmpty()) {
            return new TableHostStatus(host.name(), DIFFERENT, rows, String.join("; ", differences));
        }
        if (missing.isEmpty()) {
            return new TableHostStatus(host.name(), PRESENT, rows, null);
        }
        var message = "missing: " + String.join(", ", missing);
        return new TableHostStatus(
                host.name(),
                MISSING,
                rows,
                seen.knowsCluster()
                        ? message
                        : message + "; the server does not know cluster " + intent.cluster() + " yet");
    }

    /**
     * Each shard counts once, by its fullest replica: one that lags has fewer rows. While no replica of a shard answers, the
     * sum would be too small, so what was known last stays.
     */
    private static Optional<Size> size(TableObserved observed, Optional<TableStatus> previous) {
        var shards = new TreeMap<Integer, Optional<Size>>();
        observed.hosts()
                .forEach((host, state) -> shards.merge(host.shard(), sizeOf(state), TableStatusProjection::fuller));
        if (shards.isEmpty() || shards.containsValue(Optional.<Size>empty())) {
            return previous.filter(status -> status.rows() != null && status.bytes() != null)
                    .map(status -> new Size(status.rows(), status.bytes()));
        }
        var sizes = shards.values().stream().flatMap(Optional::stream).toList();
        return Optional.of(new Size(
                sizes.stream().mapToLong(Size::rows).sum(),
                sizes.stream().mapToLong(Size::bytes).sum()));
    }

    private static Optional<Size> sizeOf(HostState state) {
        return state instanceof HostState.Seen seen ? Optional.of(seen.size()) : Optional.empty();
    }

    private static Optional<Size> fuller(Optional<Size> one, Optional<Size> other) {
        return Stream.of(one, other)
                .flatMap(Optional::stream)
                .reduce((a, b) -> new Size(Math.max(a.rows(), b.rows()), Math.max(a.bytes(), b.bytes())));
    }

    /** What the conditions and the summary say. */
    private record Findings(Finding ready, Finding progressing, Finding degraded, String summary) {
        static Findings of(List<TableHostStatus> hosts, Plan<TableAction> plan, List<Outcome<TableAction>> outcomes) {
            var waiting = hosts.stream()
                    .filter(host -> !isReady(host))
                    .map(host -> host.name() + ": " + host.message())
                    .findFirst();
            var withoutCluster = plan.holds().stream()
                    .filter(hold -> hold.reason() == HoldReason.ClusterMissing
                            || hold.reason() == HoldReason.ClusterNotAccepted)
                    .findFirst();
            var failure = firstFailure(outcomes);
            var difference = plan.holds().stream()
                    .filter(hold -> hold.reason() == HoldReason.SchemaDiffers)
                    .map(hold -> hold.subject() + ": " + hold.message())
                    .findFirst();
            var unready = withoutCluster
                    .map(Hold::message)
                    .or(() -> failure)
                    .or(() -> difference)
                    .or(() -> waiting);
            return new Findings(
                    unready.map(message -> Finding.no("NotOnEveryHost", message))
                            .orElseGet(() -> Finding.yes("OnEveryHost", "the table stands as declared on every host")),
                    progress(withoutCluster, difference, waiting),
                    failure.map(message -> Finding.yes("Refused", message))
                            .or(() -> difference.map(message -> Finding.yes("SchemaDiffers", message)))
                            .orElseGet(() -> Finding.no("AsExpected", "nothing is wrong")),
                    failure.or(() -> unready).orElse("Ready"));
        }

        private static Finding progress(
                Optional<Hold> withoutCluster, Optional<String> difference, Optional<String> waiting) {
            return withoutCluster
                    .map(hold -> Finding.no(hold.reason().name(), hold.message()))
                    .or(() -> difference.map(message -> Finding.no("SchemaDiffers", message)))
                    .or(() -> waiting.map(message -> Finding.yes("Creating", message)))
                    .orElseGet(() -> Finding.no("Converged", "nothing is left to do"));
        }

        /** A server's refusal before a silence: the first is what a user can do something about. */
        static Optional<String> firstFailure(List<Outcome<TableAction>> outcomes) {
            return Stream.concat(
                            Outcome.failed(outcomes).filter(failed -> !failed.retryable()), Outcome.failed(outcomes))
                    .findFirst()
                    .map(Outcome.Failed::told);
        }
    }
}
