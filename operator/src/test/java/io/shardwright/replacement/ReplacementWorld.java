package io.shardwright.replacement;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.HostContents.PartState;
import io.shardwright.holdings.Part;
import io.shardwright.holdings.QuietSpell;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.holdings.ReplicaName;
import io.shardwright.plan.Outcome;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import io.shardwright.replacement.ReplacementObserved.Node;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.replacement.ReplacementObserved.Recorded;
import io.shardwright.testing.Seeds;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A shard of one replicated table, its servers, their volumes and nodes, Kubernetes, ZooKeeper and remote_servers, all of which
 * lag and fail, and which know at every step what must not happen.
 */
final class ReplacementWorld {
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final Duration AFTER = Duration.ofSeconds(60);

    /** A server that ended without a word keeps its place that long. */
    private static final int SESSION_STEPS = 6;

    /** Of which some seconds' limit is. */
    private static final int PART_BYTES = 10;

    /** What is older was there to be fetched. */
    private static final int YOUNG_STEPS = 3;

    /** What could not be sent on is tried again within that. */
    private static final int SENT_WITHIN_STEPS = 6;

    /** What must not happen has happened. */
    static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Violation(String what) {
            super(what);
        }
    }

    private static final class Volume {
        private final String node;
        /** Of replicas that are made on it; empty until a server has started on it. */
        private String name = "";

        private boolean hasDatabase;
        private boolean hasTable;
        private final Set<Integer> parts = new TreeSet<>();
        /** Rows of tables that are not replicated. */
        private boolean hasOwnRows;
        /** Since when rows wait to be sent on by a Distributed table, or its server was started; none wait when it is negative. */
        private int pendingSince = -1;

        Volume(String node) {
            this.node = node;
        }
    }

    private static final class Claim {
        private final String uid;
        private Volume volume;
        private boolean deleting;

        Claim(String uid) {
            this.uid = uid;
        }
    }

    private static final class Pod {
        private final String uid;
        private String node = "";
        private String container = "";
        private String gate;
        private int version;
        private boolean deleting;
        private Server server;
        private int since;

        Pod(String uid) {
            this.uid = uid;
        }
    }

    /** A process, of a pod or of one that is gone. */
    private static final class Server {
        private final Volume volume;
        private boolean alive = true;
        private int endedAt;
        private Set<Host> listed = Set.of();
        private boolean isStopped;
        /** What its queue began before it was stopped again. */
        private int begun;

        Server(Volume volume) {
            this.volume = volume;
        }
    }

    private final Random random;
    private final List<Host> hosts;
    private final Map<String, Integer> awaySince = new TreeMap<>();
    private final Map<Host, Claim> claims = new HashMap<>();
    private final Map<Host, Pod> pods = new HashMap<>();
    private final Set<String> cutOff = new HashSet<>();
    private final Map<String, Set<Integer>> registered = new TreeMap<>();
    private final Map<String, Server> places = new HashMap<>();
    private final Set<Integer> givenUp = new HashSet<>();
    private final List<Server> zombies = new ArrayList<>();
    private final Map<Integer, Integer> births = new HashMap<>();
    private final Map<Host, Before> before = new HashMap<>();
    private final Map<Integer, Recorded> recorded = new HashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private Map<Host, PodView> seenPods = new HashMap<>();
    private Set<Host> metrika;
    private final Set<Host> silent = new HashSet<>();
    private Optional<Long> bytesPerSecond = Optional.empty();
    private List<Host> servedBefore = List.of();
    private boolean calm;
    private int calmSince;
    private int step;
    private int names;

    ReplacementWorld(long seed) {
        this.random = Seeds.random(seed);
        int replicas = 2 + random.nextInt(2);
        this.hosts = IntStream.range(0, replicas)
                .mapToObj(replica -> new Host(Replicas.CLUSTER, 0, replica))
                .toList();
        this.metrika = Set.copyOf(hosts);
        for (var host : hosts) {
            var claim = new Claim(name());
            claim.volume = new Volume("n" + host.replica() % 2);
            claim.volume.name = random.nextBoolean() ? host.name() : "";
            claim.volume.hasDatabase = true;
            claim.volume.hasTable = true;
            claims.put(host, claim);
            var pod = new Pod(name());
            pod.node = claim.volume.node;
            pods.put(host, pod);
            startServer(host, pod);
            registered.put(claim.volume.name, new TreeSet<>());
            pod.gate = pod.container;
            before.put(host, new Before(Optional.of(ReplacementPhase.InService), "InService", now()));
        }
    }

    // What happens by itself

    void calmDown() {
        calm = true;
        calmSince = step;
        returnNodes();
    }

    private void returnNodes() {
        awaySince.clear();
        cutOff.clear();
    }

    void disturb() {
        var host = hosts.get(random.nextInt(hosts.size()));
        switch (random.nextInt(24)) {
            case 0 -> stopNode("n" + random.nextInt(2), random.nextBoolean());
            case 1 -> returnNodes();
            case 2 -> emptyVolume(host);
            case 3 -> deleteClaimAndPod(host);
            case 4 -> stopServer(host, random.nextBoolean());
            case 5 ->
                requests.removeIf(request -> recorded.containsKey(request.replica())
                        && recorded.get(request.replica()).done());
            case 6 -> ask(host, false);
            case 7 -> servingVolume(host).ifPresent(volume -> volume.hasOwnRows = true);
            case 8 ->
                servingVolume(host)
                        .filter(volume -> volume.pendingSince < 0)
                        .ifPresent(volume -> volume.pendingSince = step);
            case 9 -> bytesPerSecond = random.nextInt(3) == 0 ? Optional.empty() : Optional.of(1L + random.nextInt(4));
            default -> {}
        }
    }

    void advance() {
        step++;
        advanceKubernetes();
        advancePlaces();
        replicate();
        sendPending();
        write();
        metrika = metrika();
        pods.values().stream()
                .filter(pod -> pod.server != null && pod.server.alive && lags(3))
                .forEach(pod -> pod.server.listed = metrika);
        servedBefore = hosts.stream().filter(this::serves).toList();
        servedBefore.forEach(
                host -> require(!pods.get(host).server.isStopped, host.name() + " serves, and its queue stands still"));
        if (lags(4)) {
            seenPods = views();
        }
    }

    private Optional<Volume> servingVolume(Host host) {
        return serves(host) ? Optional.of(pods.get(host).server.volume) : Optional.empty();
    }

    /** Whoever runs sends what waits on it, sooner or later. */
    private void sendPending() {
        pods.values().stream()
                .filter(this::isUp)
                .map(pod -> pod.server.volume)
                .filter(volume -> step - volume.pendingSince >= SENT_WITHIN_STEPS || !lags(6))
                .forEach(volume -> volume.pendingSince = -1);
    }

    private boolean lags(int chances) {
        return calm || random.nextInt(chances) > 0;
    }

    private void stopNode(String node, boolean isPowerCut) {
        awaySince.putIfAbsent(node, step);
        if (random.nextBoolean()) {
            cutOff.add(node);
        }
        if (isPowerCut) {
            pods.values().stream().filter(pod -> pod.node.equals(node)).forEach(this::end);
        }
    }

    private void end(Pod pod) {
        if (pod.server != null && pod.server.alive) {
            pod.server.alive = false;
            pod.server.endedAt = step;
        }
    }

    /** The disk is found empty after a restart in the same pod. */
    private void emptyVolume(Host host) {
        var volume = claims.get(host) == null ? null : claims.get(host).volume;
        if (volume != null && !isAway(volume.node)) {
            volume.hasTable = false;
            volume.hasDatabase = false;
            volume.name = "";
            volume.parts.clear();
            volume.hasOwnRows = false;
            volume.pendingSince = -1;
            Optional.ofNullable(pods.get(host)).ifPresent(this::end);
        }
    }

    private void deleteClaimAndPod(Host host) {
        if (claims.get(host) != null && pods.get(host) != null) {
            claims.get(host).deleting = true;
            pods.get(host).deleting = true;
        }
    }

    private void stopServer(Host host, boolean withPod) {
        var pod = pods.get(host);
        if (pod != null) {
            end(pod);
            pod.deleting |= withPod;
        }
    }

    private void advanceKubernetes() {
        for (var host : hosts) {
            var pod = pods.computeIfAbsent(host, any -> new Pod(name()));
            if (pod.deleting && !isAway(pod.node)) {
                end(pod);
                pods.remove(host);
                continue;
            }
            var claim = claims.get(host);
            if (claim != null && claim.deleting && pod.node.isEmpty()) {
                claims.remove(host);
                continue;
            }
            if (claim == null) {
                claim = new Claim(name());
                claims.put(host, claim);
            }
            place(pod, claim);
            if (!pod.node.isEmpty() && !isAway(pod.node) && (pod.server == null || !pod.server.alive) && lags(2)) {
                startServer(host, pod);
            }
        }
        zombies.removeIf(zombie -> {
            boolean ends = !isAway(zombie.volume.node) && lags(2);
            if (ends) {
                zombie.alive = false;
                zombie.endedAt = step;
            }
            return ends;
        });
    }

    private void place(Pod pod, Claim claim) {
        if (!pod.node.isEmpty() || claim.deleting) {
            return;
        }
        if (claim.volume == null) {
            List.of("n" + random.nextInt(2), "n0", "n1", "n2").stream()
                    .filter(node -> !isAway(node))
                    .findFirst()
                    .ifPresent(node -> claim.volume = new Volume(node));
        }
        if (claim.volume != null && !isAway(claim.volume.node)) {
            pod.node = claim.volume.node;
        }
    }

    private void startServer(Host host, Pod pod) {
        var volume = claims.get(host).volume;
        if (volume.name.isEmpty()) {
            volume.name = "%s-v%04d".formatted(host.name(), names++);
        }
        volume.pendingSince = volume.pendingSince < 0 ? -1 : step;
        pod.server = new Server(volume);
        pod.server.listed = metrika;
        pod.container = name();
        pod.version++;
        pod.since = step;
    }

    /** A place is kept while its session lives, and taken by whichever server of that name comes first. */
    private void advancePlaces() {
        places.values()
                .removeIf(holder -> !holder.alive && step - holder.endedAt >= SESSION_STEPS
                        || isCutOff(holder) && step - awaySince.get(holder.volume.node) >= SESSION_STEPS);
        var servers = new ArrayList<>(zombies);
        pods.values().stream()
                .filter(pod -> pod.server != null && pod.server.alive)
                .forEach(pod -> servers.add(pod.server));
        for (var server : servers) {
            var name = server.volume.name;
            if (registered.containsKey(name)
                    && !places.containsKey(name)
                    && server.volume.hasTable
                    && !isCutOff(server)) {
                places.put(name, server);
                registered.get(name).retainAll(server.volume.parts);
            }
        }
    }

    private boolean isCutOff(Server server) {
        return cutOff.contains(server.volume.node);
    }

    /** The names of hosts lead to their pods, not to servers whose pod is gone. */
    private void replicate() {
        var reachable = places.values().stream()
                .filter(holder -> holder.alive && !isAway(holder.volume.node) && !zombies.contains(holder))
                .toList();
        for (var holder : reachable) {
            for (var source : reachable) {
                for (int part : source.volume.parts) {
                    if (!holder.volume.parts.contains(part) && lags(3) && begins(holder)) {
                        holder.volume.parts.add(part);
                        registered.get(holder.volume.name).add(part);
                    }
                }
            }
        }
    }

    private static boolean begins(Server server) {
        return !server.isStopped || server.begun-- > 0;
    }

    /** Clients write to whoever serves; those of a server whose pod is gone may not have noticed. */
    private void write() {
        if (calm || random.nextInt(3) > 0) {
            return;
        }
        var host = hosts.get(random.nextInt(hosts.size()));
        if (serves(host)) {
            write(pods.get(host).server);
        }
        zombies.stream().filter(any -> random.nextInt(3) == 0).forEach(this::write);
    }

    /** Whoever has no place cannot tell others what it took, and takes nothing. */
    private void write(Server server) {
        if (places.get(server.volume.name) == server) {
            int part = births.size();
            births.put(part, step);
            server.volume.parts.add(part);
            registered.get(server.volume.name).add(part);
        }
    }

    /** As the cluster reconciler does it. */
    private Set<Host> metrika() {
        var wanted = new HashSet<Host>();
        for (var host : hosts) {
            var told = before.get(host);
            if (metrika.contains(host) && !told.isIncomplete() || told.is(ReplacementPhase.InService)) {
                wanted.add(host);
            }
        }
        return wanted.isEmpty() ? metrika : wanted;
    }

    // What the operator sees

    ReplacementIntent intent() {
        var shard = new Replicas();
        var some = shard.intent();
        return new ReplacementIntent(
                some.cluster(),
                some.dialect(),
                0,
                hosts,
                Optional.of(AFTER),
                false,
                bytesPerSecond,
                requests,
                Set.of());
    }

    Instant now() {
        return Replicas.NOW.plus(STEP.multipliedBy(step));
    }

    ReplacementObserved observed() {
        var answers = new HashMap<Host, Answer>();
        var volumes = new HashMap<Host, ReplacementObserved.Volume>();
        var registrations = new HashMap<Host, Registration>();
        var listings = new ArrayList<Set<String>>();
        silent.clear();
        for (var host : hosts) {
            var seen = seenPods.get(host);
            if (seen != null && seen.answering()) {
                answers.put(host, answer(host));
            }
            volumes.put(host, volume(host));
            registrations.put(host, registration(host));
        }
        hosts.stream()
                .filter(host -> (serves(host) || !before.get(host).isIncomplete())
                        && pods.containsKey(host)
                        && isUp(pods.get(host)))
                .forEach(host -> listings.add(names(pods.get(host).server.listed)));
        return new ReplacementObserved(
                seenPods,
                answers,
                Optional.empty(),
                volumes,
                registrations,
                listings,
                own(answers),
                Set.of(),
                before,
                recorded);
    }

    private Map<Host, List<String>> own(Map<Host, Answer> answers) {
        var own = new HashMap<Host, List<String>>();
        answers.forEach((host, answer) -> {
            if (answer instanceof Answer.Said) {
                own.put(host, pods.get(host).server.volume.hasOwnRows ? List.of("d.own") : List.of());
            }
        });
        return own;
    }

    private Answer answer(Host host) {
        var pod = pods.get(host);
        if (pod == null || !isUp(pod) || !lags(10)) {
            silent.add(host);
            return new Answer.Silent("no answer");
        }
        var volume = pod.server.volume;
        if (!volume.hasTable) {
            return Replicas.without(new ReplicaName(volume.name), volume.hasDatabase);
        }
        return Replicas.said(
                new ReplicaName(volume.name),
                volume.parts.stream()
                        .map(part -> new PartState(part(part), 1, PART_BYTES, step - births.get(part) > 1))
                        .toList(),
                places.get(volume.name) == pod.server);
    }

    private ReplacementObserved.Volume volume(Host host) {
        var claim = claims.get(host);
        if (claim == null) {
            return new ReplacementObserved.Volume.None();
        }
        if (!lags(10)) {
            return new ReplacementObserved.Volume.Unknown("no answer");
        }
        return new ReplacementObserved.Volume.Claimed(
                claim.uid,
                claim.deleting,
                false,
                Optional.ofNullable(claim.volume)
                        .map(volume -> new Node(
                                volume.node,
                                Optional.ofNullable(awaySince.get(volume.node))
                                        .map(since -> Replicas.NOW.plus(STEP.multipliedBy(since))),
                                false,
                                false)));
    }

    private Registration registration(Host host) {
        boolean someoneAnswers = hosts.stream().anyMatch(other -> pods.containsKey(other) && isUp(pods.get(other)));
        if (!someoneAnswers || !lags(10)) {
            return new Registration.Unknown("no answer");
        }
        var own = registered.keySet().stream()
                .map(ReplicaName::new)
                .filter(name -> name.isOf(host))
                .map(name -> new RegisteredReplica(
                        Replicas.PATH,
                        name,
                        places.containsKey(name.value()),
                        registered.get(name.value()).stream()
                                .map(ReplacementWorld::part)
                                .toList(),
                        List.of()))
                .toList();
        return new Registration.Known(own, registered.size() - own.size());
    }

    private Map<Host, PodView> views() {
        var views = new HashMap<Host, PodView>();
        pods.forEach((host, pod) -> {
            // What was last said of a pod whose node is away stays.
            boolean answering = pod.server != null && (pod.server.alive || isAway(pod.node)) && !pod.deleting;
            views.put(
                    host,
                    new PodView(
                            pod.uid,
                            "" + pod.version,
                            answering && pod.gate != null && !hasBeenAway(pod.node),
                            answering,
                            pod.container,
                            Optional.ofNullable(pod.gate),
                            pod.node,
                            Replicas.NOW.plus(STEP.multipliedBy(pod.since)),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty()));
        });
        return views;
    }

    // What the operator does

    Outcome<ReplacementAction> execute(ReplacementAction action) {
        boolean isDone = true;
        switch (action) {
            case ReplacementAction.Admit(var host, var uid, var container) -> admit(host, uid, container);
            case ReplacementAction.Fence(var host, var uid, var version, var why) -> fence(host, uid, version);
            case ReplacementAction.CreateDatabase create -> createDatabase(create.host());
            case ReplacementAction.RestoreTable restore -> restore(restore.host(), restore.sql());
            case ReplacementAction.CreateFunction create -> {}
            case ReplacementAction.ForgetReplica(var host, var replica, var coordination) -> forget(host, replica);
            case ReplacementAction.DropReplica(var host, var replica, var via, var dialect) -> forget(host, replica);
            case ReplacementAction.ForgetBlocks blocks -> {}
            case ReplacementAction.DeleteClaim(var host, var uid) -> deleteClaim(host, uid);
            case ReplacementAction.DeletePod(var host, var uid, var force) -> deletePod(host, uid, force);
            case ReplacementAction.StopQueues(var host, var uid, var version) ->
                isDone = stopQueues(host, uid, version);
            case ReplacementAction.StartQueues(var host) -> isDone = startQueues(host);
        }
        return isDone ? new Outcome.Done<>(action) : new Outcome.Failed<>(action, "no answer", true);
    }

    private boolean stopQueues(Host host, String uid, String version) {
        var pod = pods.get(host);
        if (pod == null || !pod.uid.equals(uid) || !version.equals("" + pod.version)) {
            return false;
        }
        require(
                before.get(host).limit().isPresent() && before.get(host).isIncomplete(),
                host.name() + " is stopped before anyone was told");
        require(!serves(host), host.name() + " serves, and is stopped");
        boolean answers = isUp(pod) && lags(10);
        if (answers) {
            pod.server.isStopped = true;
        }
        return answers;
    }

    private boolean startQueues(Host host) {
        boolean answers = pods.containsKey(host) && isUp(pods.get(host)) && lags(10);
        if (answers) {
            pods.get(host).server.isStopped = false;
            pods.get(host).server.begun = random.nextInt(3);
        }
        return answers;
    }

    private void admit(Host host, String uid, String container) {
        var pod = pods.get(host);
        if (pod == null || !pod.uid.equals(uid)) {
            return;
        }
        pod.gate = container;
        pod.version++;
        if (!isUp(pod) || !pod.container.equals(container)) {
            return;
        }
        for (var other : servedBefore) {
            // Whoever was not made anew does not wait for one that serves and says nothing, when another does both.
            boolean isExcused = silent.contains(other)
                    && (!before.get(host).isIncomplete() || before.get(host).is(ReplacementPhase.Lost));
            if (!other.equals(host) && serves(other) && !isExcused) {
                require(
                        pod.server.volume.hasTable || !pods.get(other).server.volume.hasTable,
                        host.name() + " serves without its table");
                var missing = new TreeSet<>(pods.get(other).server.volume.parts);
                missing.removeAll(pod.server.volume.parts);
                missing.removeIf(part -> births.get(part) > step - YOUNG_STEPS);
                require(missing.isEmpty(), host.name() + " serves without " + missing);
            }
        }
    }

    private void fence(Host host, String uid, String version) {
        var pod = pods.get(host);
        if (pod == null || !pod.uid.equals(uid) || !version.equals("" + pod.version)) {
            return;
        }
        boolean served = serves(host);
        pod.gate = null;
        require(!served || hosts.stream().anyMatch(this::servesOrMay), "nobody serves but " + host.name());
    }

    private void createDatabase(Host host) {
        var pod = pods.get(host);
        if (pod != null && isUp(pod)) {
            pod.server.volume.hasDatabase = true;
        }
    }

    /** Rows are read from it at once: nobody may do so beside others. */
    private void restore(Host host, String sql) {
        var pod = pods.get(host);
        if (pod == null || !isUp(pod) || pod.server.volume.hasTable) {
            return;
        }
        boolean isReadFrom = hosts.stream()
                .filter(other -> !other.equals(host) && serves(other))
                .filter(other -> !pods.get(other).server.volume.parts.isEmpty())
                .anyMatch(other -> pods.get(other).server.listed.contains(host)
                        && pods.get(other).server.listed.size() > 1);
        require(!isReadFrom, host.name() + " is read from while it is empty");
        var name = pod.server.volume.name;
        boolean takesOver = sql.startsWith("ATTACH");
        if (takesOver != registered.containsKey(name)) {
            return;
        }
        if (takesOver) {
            require(places.get(name) == null, name + " takes a place that is held");
            requireKept(host, registered.get(name), pod.server.volume, true);
        }
        registered.put(name, new TreeSet<>());
        pod.server.volume.hasTable = true;
    }

    private void forget(Host host, RegisteredReplica replica) {
        var name = replica.name().value();
        if (registered.containsKey(name)) {
            require(
                    before.get(host).is(ReplacementPhase.RestoringSchema)
                            || before.get(host).reason().equals(Remains.FORGETTING),
                    name + " is forgotten before anyone was told");
            require(places.get(name) == null, host.name() + " forgets a place that is held: " + name);
            requireKept(host, registered.get(name), null, true);
            givenUp.addAll(registered.remove(name));
        }
    }

    private void deleteClaim(Host host, String uid) {
        var claim = claims.get(host);
        if (claim == null || !claim.uid.equals(uid)) {
            return;
        }
        require(
                before.get(host).is(ReplacementPhase.Replacing),
                host.name() + " loses its volume before anyone was told");
        requireNothingOfItsOwn(host, claim);
        if (claim.volume != null && claim.volume.hasTable) {
            requireKept(host, claim.volume.parts, claim.volume, false);
            var holder = places.get(claim.volume.name);
            boolean isElsewhere = holder != null && holder.alive && isAway(holder.volume.node);
            require(!isElsewhere, host.name() + " still runs on the node that is away");
        }
        claim.deleting = true;
    }

    private void deletePod(Host host, String uid, boolean force) {
        var pod = pods.get(host);
        if (pod == null || !pod.uid.equals(uid)) {
            return;
        }
        require(hosts.stream().anyMatch(other -> !other.equals(host) && servesOrMay(other)), "nobody serves any more");
        pod.deleting = true;
        if (force) {
            if (pod.server != null && pod.server.alive && isAway(pod.node)) {
                zombies.add(pod.server);
            }
            pods.remove(host);
        }
    }

    /** Of a volume that could be kept. */
    private void requireNothingOfItsOwn(Host host, Claim claim) {
        boolean isAtStake = claim.volume != null
                && !claim.deleting
                && !isAway(claim.volume.node)
                && requests.stream()
                        .noneMatch(request -> request.replica() == host.replica() && request.acceptDataLoss());
        require(!isAtStake || !claim.volume.hasOwnRows, host.name() + " is given up with rows of its own");
        require(!isAtStake || claim.volume.pendingSince < 0, host.name() + " is given up with rows that wait");
    }

    /** Whatever is given up stands on another volume, unless the user said that it need not. */
    private void requireKept(Host host, Set<Integer> parts, Volume except, boolean orGoing) {
        if (requests.stream().anyMatch(request -> request.replica() == host.replica() && request.acceptDataLoss())) {
            return;
        }
        var kept = new TreeSet<Integer>();
        claims.forEach((other, claim) -> {
            if (claim.volume != null && claim.volume != except && (orGoing || !claim.deleting)) {
                kept.addAll(claim.volume.parts);
            }
        });
        var lost = new TreeSet<>(parts);
        lost.removeAll(kept);
        require(lost.isEmpty(), "what only " + host.name() + " had is given up: " + lost);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Violation(otherwise);
        }
    }

    // What users do, and what is remembered

    private void ask(Host host, boolean acceptDataLoss) {
        if (requests.stream().noneMatch(request -> request.replica() == host.replica())) {
            requests.add(new Request(host.replica(), "asked", acceptDataLoss));
        }
    }

    /** As the hold asks: copied elsewhere, and dropped. */
    void dropOwnRows(Host host) {
        servingVolume(host)
                .or(() -> Optional.ofNullable(pods.get(host)).filter(this::isUp).map(pod -> pod.server.volume))
                .ifPresent(volume -> volume.hasOwnRows = false);
    }

    /** What is held for a copy that no longer exists is given up by the user in the end. */
    void accept(Host host) {
        if (requests.stream().anyMatch(request -> request.replica() == host.replica() && request.acceptDataLoss())) {
            return;
        }
        requests.removeIf(request -> request.replica() == host.replica());
        recorded.remove(host.replica());
        ask(host, true);
    }

    /** As the status projection does it. */
    void remember(
            ReplacementObserved observed, Map<Host, Verdict> verdicts, List<Outcome<ReplacementAction>> outcomes) {
        verdicts.forEach((host, verdict) -> {
            var old = before.get(host);
            boolean isSame = old.is(verdict.phase()) && FetchPacing.isTheSame(verdict.reason(), old.reason());
            recorded.computeIfPresent(
                    host.replica(),
                    (any, request) -> new Recorded(
                            request.volume(), ReplacementStatusProjection.isDone(request, observed, verdict)));
            before.put(
                    host,
                    new Before(
                            Optional.of(verdict.phase()),
                            verdict.reason(),
                            isSame ? old.since() : now(),
                            Map.of(),
                            verdict.quiet() ? Optional.of(QuietSpell.after(old.quiet(), now())) : Optional.empty(),
                            ReplacementStatusProjection.limit(verdict, outcomes)));
        });
        requests.forEach(request -> {
            var claim = claims.get(new Host(Replicas.CLUSTER, 0, request.replica()));
            if (claim != null) {
                recorded.putIfAbsent(request.replica(), new Recorded(claim.uid, false));
            }
        });
        recorded.keySet().removeIf(replica -> requests.stream().noneMatch(request -> request.replica() == replica));
    }

    /** What is nowhere any more was given up knowingly. */
    void requireNothingIsMissing() {
        var kept = new TreeSet<>(births.keySet());
        kept.removeAll(givenUp);
        hosts.forEach(host -> kept.removeAll(pods.get(host).server.volume.parts));
        require(kept.isEmpty(), "rows are lost, and nobody was asked: " + kept);
    }

    boolean isHealed() {
        return hosts.stream().allMatch(this::serves)
                && registered
                        .keySet()
                        .equals(hosts.stream()
                                .map(host -> pods.get(host).server.volume)
                                .filter(volume -> volume.hasTable)
                                .map(volume -> volume.name)
                                .collect(Collectors.toSet()))
                && requests.stream()
                        .allMatch(request -> recorded.containsKey(request.replica())
                                && recorded.get(request.replica()).done())
                && hosts.stream()
                                .map(host -> pods.get(host).server.volume.parts)
                                .distinct()
                                .count()
                        == 1
                && metrika.size() == hosts.size();
    }

    /** It has been calm for long: what has not come back will not. */
    boolean isDesperate() {
        return calm && step - calmSince > 60;
    }

    boolean isCrashing() {
        return !lags(8);
    }

    int upTo(int count) {
        return random.nextInt(count + 1);
    }

    private boolean serves(Host host) {
        var pod = pods.get(host);
        return pod != null && isUp(pod) && pod.container.equals(pod.gate);
    }

    /** The operator cannot know that a host has ended a moment ago. */
    private boolean servesOrMay(Host host) {
        var seen = seenPods.get(host);
        return serves(host) || seen != null && seen.answering() && seen.isInService();
    }

    private boolean isUp(Pod pod) {
        return pod.server != null && pod.server.alive && !isAway(pod.node) && !pod.deleting;
    }

    /** Long enough for Kubernetes to call its pods not ready. */
    private boolean hasBeenAway(String node) {
        return isAway(node) && step - awaySince.get(node) > 8;
    }

    private boolean isAway(String node) {
        return awaySince.containsKey(node);
    }

    private static Part part(int number) {
        return Part.of("all_" + number + "_" + number + "_0");
    }

    private static Set<String> names(Set<Host> hosts) {
        var names = new HashSet<String>();
        hosts.forEach(host -> names.add(host.peersDnsName()));
        return names;
    }

    private String name() {
        return "x" + names++;
    }
}
