package io.shardwright.replacement;

import static io.shardwright.crds.ReplacementPhase.InService;

import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.replacement.ReplacementAction.Restore;
import io.shardwright.replacement.ReplacementObserved.Refusal;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes what a host's peers have. What its server refuses is tried again, with pauses that grow; when that lasts it is told in a
 * hold, and keeps the host out of service only if rows would be missing.
 */
final class Restoration {
    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Remains remains;
    private final Instant now;

    Restoration(ReplacementIntent intent, ReplacementObserved observed, Remains remains, Instant now) {
        this.intent = intent;
        this.observed = observed;
        this.remains = remains;
        this.now = now;
    }

    /** What serves, or may, counts before what is itself being rebuilt, and that before another shard's schema. */
    Reference reference(Host host) {
        var own = others(host)
                .sorted((one, other) -> Boolean.compare(observed.isInService(other), observed.isInService(one)))
                .flatMap(other -> observed.contents(other).stream());
        return Reference.of(
                Stream.concat(own, observed.schemaElsewhere().stream()).toList());
    }

    private Stream<Host> others(Host host) {
        return intent.hosts().stream().filter(other -> !other.equals(host));
    }

    /** What a host that is being made must have before it serves. */
    Reference barring(Host host, Reference missing) {
        var needed = missing.needed().objects();
        return missing.only(object -> needed.contains(object) || !isGivenUp(host, object));
    }

    /** A table goes with its database. */
    private boolean isGivenUp(Host host, String object) {
        return refused(host).entrySet().stream()
                .anyMatch(refusal -> refusal.getValue().isLasting()
                        && (object.equals(refusal.getKey()) || object.startsWith(refusal.getKey() + ".")));
    }

    private Map<String, Refusal> refused(Host host) {
        return observed.before(host).refused();
    }

    /**
     * Databases and functions first, unless they were refused; then all else at once, and what fails for want of another is
     * tried again with a later pass.
     */
    List<ReplacementAction> restore(Host host, Reference missing, List<RegisteredReplica> ownPlaces) {
        var first = new ArrayList<Restore>();
        missing.databases()
                .forEach((name, engine) -> first.add(new ReplacementAction.CreateDatabase(host, name, engine)));
        missing.functions()
                .forEach((name, sql) -> first.add(
                        new ReplacementAction.CreateFunction(host, name, RestoreSql.create(sql, intent.dialect()))));
        boolean mayWork = first.stream().anyMatch(action -> !refused(host).containsKey(action.object()));
        var actions = new ArrayList<ReplacementAction>(due(host, first));
        if (!mayWork) {
            actions.addAll(tables(host, missing, ownPlaces));
        }
        return actions;
    }

    private List<Restore> due(Host host, List<Restore> actions) {
        return actions.stream().filter(action -> isDue(host, action.object())).toList();
    }

    private boolean isDue(Host host, String object) {
        var refusal = refused(host).get(object);
        return refusal == null || refusal.isDue(now);
    }

    private List<ReplacementAction> tables(Host host, Reference missing, List<RegisteredReplica> ownPlaces) {
        var tables = missing.only(object -> true).tables();
        tables.keySet().removeIf(id -> missing.databases().containsKey(id.database()));
        boolean isFirstRound = tables.entrySet().stream()
                .anyMatch(table -> !RestoreSql.isConsumer(table.getValue().engine())
                        && !isGivenUp(host, table.getKey().toString()));
        var places = ownPlaces.stream().collect(Collectors.toMap(RegisteredReplica::path, Function.identity()));
        var actions = new ArrayList<ReplacementAction>();
        tables.forEach((id, table) -> {
            boolean isEarly = isFirstRound && RestoreSql.isConsumer(table.engine());
            if (!isEarly && isDue(host, id.toString())) {
                actions.add(restore(host, id, table, places));
            }
        });
        return actions;
    }

    private ReplacementAction restore(
            Host host, TableId id, HostContents.TableState table, Map<String, RegisteredReplica> places) {
        var place = table.replica().map(replica -> places.get(replica.path()));
        if (place.isPresent() && intent.dialect().hasDropReplica()) {
            return remains.forget(host, place.get());
        }
        return new ReplacementAction.RestoreTable(
                host,
                id,
                place.isPresent()
                        ? RestoreSql.attach(table.create())
                        : RestoreSql.create(table.create(), intent.dialect()));
    }

    /** Where a host stands that serves: what it was let in without is tried again. */
    Verdict ofServing(Host host, Verdict verdict) {
        var contents = observed.contents(host);
        if (refused(host).isEmpty() || contents.isEmpty()) {
            return verdict;
        }
        var missing = reference(host).without(contents.get(), intent.dialect());
        var needed = missing.needed().objects();
        return withRefused(host, contents.get(), missing.only(object -> !needed.contains(object)), verdict);
    }

    /** Adds to a host's verdict what its server refused to make: it is tried again, and told. */
    Verdict withRefused(Host host, HostContents contents, Reference missing, Verdict verdict) {
        var lacking = missing.objects();
        var refused = refused(host).keySet().stream()
                .filter(object -> lacking.contains(object) || isUncertain(host, contents, object))
                .collect(Collectors.toSet());
        var told = refused.isEmpty() || !verdict.isSettled()
                ? verdict
                : Verdict.of(
                                host,
                                InService,
                                Verdict.UNRESTORED,
                                missing.only(refused::contains).told())
                        .with(verdict.actions());
        var again = verdict.phase() == InService
                ? restore(host, missing.only(refused::contains), List.of())
                : List.<ReplacementAction>of();
        return told.and(again, holds(host, refused, missing), union(lacking, refused));
    }

    /** A peer that says nothing may have it. */
    private boolean isUncertain(Host host, HostContents contents, String object) {
        return !Reference.of(List.of(contents)).objects().contains(object)
                && others(host).anyMatch(other -> observed.contents(other).isEmpty());
    }

    private List<Hold> holds(Host host, Set<String> refused, Reference missing) {
        var needed = missing.needed().objects();
        return refused.stream()
                .sorted()
                .filter(object -> refused(host).get(object).isLasting())
                .map(object -> new Hold(
                        HoldReason.CannotBeRestored,
                        host.name() + " " + object,
                        refused(host).get(object).message()
                                + "; it is tried again until it works or no peer has it any more; "
                                + (needed.contains(object)
                                        ? "its host does not serve before"
                                        : "its host serves without it")))
                .toList();
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        var all = new HashSet<>(some);
        all.addAll(others);
        return all;
    }
}
