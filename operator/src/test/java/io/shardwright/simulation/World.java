package io.shardwright.simulation;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import io.shardwright.topology.Membership;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A model of ClickHouse, of the coordination and of Kubernetes. A row is a bit of a long, and so is a part of a table. Whatever
 * breaks a promise to users ends the schedule with an error that names it.
 */
public final class World {
    public static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");

    private static final int MOST_ROWS = 60;

    private static final int STEPS_TO_NOTICE_HOLDS = 20;

    /** A server that ended without a word keeps its place for up to this long. */
    private static final int SESSION_SECONDS = 35;

    /** A pass of everything takes this long. */
    private static final long STEP_SECONDS = 10;

    /** Servers try again within 30 s, in passes. */
    private static final int LONGEST_PAUSE_BETWEEN_SENDS = 3;

    public final long seed;
    public final SplittableRandom random;

    /** What the user asks. */
    public int shards;

    public int replicas;
    public final Set<String> removeFirst = new HashSet<>();
    public final boolean keepVolumes;

    /** What stands in Kubernetes. */
    public final Map<Integer, Set<Integer>> members = new TreeMap<>();

    public final Map<Host, Server> servers = new TreeMap<>();

    /** The rebalances, oldest first. */
    public final List<Moving> rebalances = new ArrayList<>();

    private int rebalancesMade;

    /** Replicas that users want to have replaced. */
    public final Set<Host> requests = new TreeSet<>();

    /** The hosts in metrika.xml; empty before it is first written. */
    public Set<Host> listed = Set.of();

    /** Those of them whose shards get a share of what is inserted through Distributed tables. */
    private Set<Host> filled = Set.of();

    /** Servers keep what they could not send under a shard's place in the list, not under its hosts' addresses. */
    private final boolean sendsByPlace;

    /** What the status says of those that leave, and what the other reconcilers saw of it last. */
    public Leaving told = Leaving.NONE;

    public Leaving seen = Leaving.NONE;

    /** Hosts that may hold less than they should, as the status says. */
    public Set<Host> incomplete = Set.of();

    /** Whether the coordination answers. */
    public boolean coordinationUp = true;

    public final Replication replication = new Replication(this);

    public Instant now = Instant.EPOCH;
    private final Map<Set<Host>, Set<String>> names = new IdentityHashMap<>();
    private long acknowledged;
    private int made;

    /** A Rebalance. */
    public static final class Moving {
        public final String name;
        public final String uid;
        public final Set<Integer> drain;
        public boolean over;
        public boolean paused;
        public boolean deleting;
        /** Its status tells of moves that go on. */
        public boolean hasBegun;

        Moving(String name, String uid, Set<Integer> drain) {
            this.name = name;
            this.uid = uid;
            this.drain = drain;
        }
    }

    /** A host: its volume, its pod and the server in it. */
    public static final class Server {
        public boolean statefulSet;
        /** How often its pod, its container and its volume were made. */
        public int pod;

        public int container;
        public int volume;
        /** Its claim stands, and what it was bound to does not. */
        public boolean volumeGone;
        /** Which container the gate was opened for. */
        public int gateOf;
        /** Since when it is as it is. */
        public Instant since = Instant.EPOCH;
        /** The parts that the coordination knows of it. */
        public long known;
        /** Until when its place is held after it ended without a word. */
        public Instant heldUntil = Instant.EPOCH;

        public boolean claim;
        public boolean running;
        /** It answers the operator. */
        public boolean reachable = true;
        /** Kubernetes does not see it, though it may run. */
        public boolean hidden;
        /** It fetches nothing. */
        boolean slow;
        /** The readiness gate of its pod. */
        public boolean gate;

        public boolean tables;
        /** On purpose. */
        public boolean dropped;

        /** The coordination knows its replicas. */
        public boolean registered;

        Instant registeredAt = Instant.EPOCH;

        public long parts;
        /** Parts that drops took from it. */
        long gone;
        /** How many drops it has read of, and how many it has carried out. */
        public int read;

        public int done;
        /** Its queue; not after it started anew. */
        public boolean stopped;
        /** Rows in the staging tables of moves. */
        public final Map<String, Long> staged = new TreeMap<>();
        /** Rows in tables that are not replicated. */
        public long own;
        /** Rows that wait to be sent on by a Distributed table, by shard. */
        private final Map<Integer, Long> queued = new TreeMap<>();

        private int queuedSince;
        /** Its remote_servers. */
        public Set<Host> lists = Set.of();
        /** Those of them that it brings rows to. */
        public Set<Host> fills = Set.of();

        /** Rows that wait to be sent on. */
        public long pending() {
            return queued.values().stream().reduce(0L, (some, others) -> some | others);
        }

        public boolean inService() {
            return running && gate && !hidden;
        }

        /** Its replicas take part. */
        public boolean isActive(World world) {
            return running && claim && tables && registered && world.coordinationUp;
        }

        /** A session holds its place in the coordination. */
        public boolean holdsItsPlace(World world) {
            return registered && (running && tables || world.now.isBefore(heldUntil));
        }
    }

    public World(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.shards = 1 + random.nextInt(3);
        this.replicas = 1 + random.nextInt(3);
        this.keepVolumes = random.nextBoolean();
        this.sendsByPlace = random.nextBoolean();
    }

    public boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    public <T> Optional<T> any(Collection<T> some) {
        return some.isEmpty()
                ? Optional.empty()
                : some.stream().skip(random.nextInt(some.size())).findFirst();
    }

    public Server server(Host host) {
        return servers.computeIfAbsent(host, any -> new Server());
    }

    public List<Host> hostsOf(int shard) {
        return members.getOrDefault(shard, Set.of()).stream()
                .map(replica -> new Host(CLUSTER, shard, replica))
                .toList();
    }

    public Set<Host> standing() {
        var hosts = new TreeSet<Host>();
        members.forEach((shard, replicas) -> replicas.forEach(replica -> hosts.add(new Host(CLUSTER, shard, replica))));
        return hosts;
    }

    /** The names of hosts in a server's remote_servers. */
    public Set<String> namesOf(Set<Host> hosts) {
        return names.computeIfAbsent(
                hosts, some -> some.stream().map(Host::peersDnsName).collect(Collectors.toUnmodifiableSet()));
    }

    // ------------------------------------------------------------------ users and faults

    /** Something happens that nobody planned. */
    public void disturb() {
        var host = any(servers.keySet());
        switch (random.nextInt(30)) {
            case 0 -> shards = 1 + random.nextInt(4);
            case 1 -> replicas = 1 + random.nextInt(3);
            case 2 -> {
                removeFirst.clear();
                host.map(Host::name).ifPresent(removeFirst::add);
            }
            case 3 -> host.filter(this::mayStop).ifPresent(this::stop);
            case 4 -> host.map(this::server).ifPresent(server -> server.reachable = false);
            case 5 -> coordinationUp = false;
            case 6 -> coordinationUp = true;
            case 7 -> host.filter(this::mayLoseItsVolume).ifPresent(this::loseVolume);
            case 8 ->
                host.map(this::server).filter(Server::inService).ifPresent(server -> server.own |= 1L << newRow());
            case 11, 17 -> host.map(this::server).ifPresent(server -> server.slow = true);
            case 12 -> host.map(this::server).ifPresent(server -> server.hidden = true);
            case 9, 10 -> host.map(this::server).filter(Server::inService).ifPresent(this::insertLater);
            case 13 -> host.ifPresent(requests::add);
            case 14 -> any(rebalances).ifPresent(moving -> moving.paused = !moving.paused);
            case 15 -> any(rebalances).ifPresent(moving -> moving.deleting = true);
            case 16 -> host.filter(one -> chance(8)).ifPresent(one -> replication.forget(one.shard()));
            default -> insert();
        }
        check();
    }

    /** What happens between two looks that follow each other at once. */
    public void meanwhile(boolean disturbed) {
        if (disturbed && chance(3)) {
            insert();
        }
        if (disturbed && chance(30)) {
            any(servers.keySet()).filter(this::mayStop).ifPresent(this::stop);
        }
        servers.forEach((host, server) -> {
            if (server.isActive(this)) {
                replication.live(host, server, !disturbed);
            }
        });
        replication.endInserts(!disturbed);
        check();
    }

    /** Nothing is wrong any more. */
    public void heal() {
        coordinationUp = true;
        removeFirst.clear();
        rebalances.forEach(moving -> moving.paused = false);
        replication.endInserts(true);
        servers.values().forEach(server -> {
            server.reachable = true;
            server.hidden = false;
        });
    }

    /**
     * Users do what holds ask for: they copy rows of tables that are not replicated elsewhere, and drop them, and they delete
     * volumes that are in the way of an index that is to be used again.
     *
     * @param step how long they have had the time
     */
    public void obeyHolds(int step) {
        if (step > STEPS_TO_NOTICE_HOLDS) {
            servers.values().forEach(server -> {
                acknowledged &= ~server.own;
                server.own = 0;
            });
        }
        told.hosts().forEach((host, phase) -> {
            if (phase == LeavingPhase.Abandoned && !server(host).statefulSet) {
                discard(server(host));
            }
        });
        check();
    }

    private void discard(Server server) {
        server.claim = false;
        server.volumeGone = false;
        empty(server);
        acknowledged &= ~(server.own | server.pending());
        server.own = 0;
        server.queued.clear();
    }

    private boolean hasRoom() {
        return made < MOST_ROWS;
    }

    /** Acknowledged. */
    private int newRow() {
        if (hasRoom()) {
            acknowledge(made++);
        }
        return made - 1;
    }

    void acknowledge(int row) {
        acknowledged |= 1L << row;
    }

    /** A client writes to a host that a Service or a server leads it to. */
    private void insert() {
        if (!coordinationUp || !hasRoom()) {
            return;
        }
        var reached = new TreeSet<Host>();
        servers.forEach((host, server) -> {
            if (server.inService()) {
                reached.add(host);
                reached.addAll(server.fills);
            }
        });
        any(reached)
                .filter(host -> server(host).running)
                .filter(host -> server(host).tables || server(host).dropped)
                .ifPresent(host -> {
                    if (chance(3)) {
                        requireTables(host);
                        replication.begin(host, made++);
                    } else {
                        accept(host, newRow());
                    }
                });
    }

    private void accept(Host host, int row) {
        requireTables(host);
        if (!replication.insert(host, row)) {
            // Refused, for want of room in the model.
            acknowledged &= ~(1L << row);
        }
    }

    private void requireTables(Host host) {
        require(!server(host).dropped, "a client is led to " + host.name() + ", whose tables were dropped");
    }

    private void insertLater(Server server) {
        any(server.fills.stream().map(Host::shard).distinct().sorted().toList()).ifPresent(shard -> {
            if (server.queued.isEmpty()) {
                server.queuedSince = 0;
            }
            server.queued.merge(shard, 1L << newRow(), (some, other) -> some | other);
        });
    }

    /** A server that ends in the middle of a switch forgets that its queue was stopped (ADR 10). */
    private boolean mayStop(Host host) {
        return (acknowledged & ~safeWithout(Optional.empty(), Optional.of(host))) == 0;
    }

    private void stop(Host host) {
        var server = server(host);
        if (server.running) {
            server.heldUntil = now.plusSeconds(random.nextInt(SESSION_SECONDS));
        }
        server.running = false;
    }

    private boolean mayLoseItsVolume(Host host) {
        var server = server(host);
        return server.own == 0
                && server.queued.isEmpty()
                && (acknowledged & ~safeWithout(Optional.of(host), Optional.empty())) == 0
                && ((server.parts | server.known) & ~replication.toBeDropped(host) & ~heldBesides(host)) == 0
                && servers.entrySet().stream()
                        .anyMatch(entry -> entry.getKey().shard() == host.shard()
                                && !entry.getKey().equals(host)
                                && !entry.getValue().volumeGone
                                && holds(entry.getValue()));
    }

    private void loseVolume(Host host) {
        var server = server(host);
        stop(host);
        replacePod(host);
        // Either the claim goes too, and another is made, or it stands and nothing can be mounted.
        server.claim = chance(2);
        server.volumeGone = server.claim;
        empty(server);
    }

    private static void empty(Server server) {
        server.tables = false;
        server.dropped = false;
        server.parts = 0;
        server.staged.clear();
    }

    /** Clients insert until the last moment. */
    public void closeGate(Host host) {
        var server = server(host);
        if (server.inService() && hasRoom() && chance(3)) {
            insertLater(server);
        }
        server.gate = false;
    }

    /** A pod begins outside the Services. */
    public void replacePod(Host host) {
        var server = server(host);
        server.running = false;
        server.gate = false;
        server.pod++;
        server.since = now;
    }

    /** Its claim is deleted; another is made. */
    public void giveUpVolume(Host host) {
        var server = server(host);
        requireSafeWithout(host, "loses its volume");
        require(server.own == 0, host.name() + " is given up with rows of its own");
        require(server.pending() == 0, host.name() + " is given up with rows that wait to be sent");
        replacePod(host);
        server.claim = false;
        server.volumeGone = false;
        empty(server);
    }

    /** Tables are made on a host; its place in the coordination is taken, or made. */
    public void giveTables(Host host) {
        var server = server(host);
        require(!told.isGoing(host) || !seen.isGoing(host), host.name() + " gets tables though they are being dropped");
        require(!server.holdsItsPlace(this), host.name() + " takes a place that is held");
        server.tables = true;
        server.dropped = false;
        server.registered = true;
        replication.join(host, server);
    }

    /** The coordination forgets a host's replicas. */
    public void forget(Host host) {
        var server = server(host);
        if (!coordinationUp) {
            return;
        }
        require(!server.holdsItsPlace(this), host.name() + " is forgotten while it lives");
        requireSafeWithout(host, "is forgotten");
        server.registered = false;
        server.known = 0;
    }

    /** Declared tables are made wherever they are missing and nobody's place is taken. */
    public void createTables(boolean mayDie) {
        for (var host : standing()) {
            var server = server(host);
            if (server.running
                    && server.reachable
                    && !server.tables
                    && !server.registered
                    && !seen.isGoing(host)
                    && coordinationUp
                    && !(mayDie && chance(3))) {
                giveTables(host);
            }
        }
    }

    /** Rows that only a host has are not to be given up. */
    public void requireSafeWithout(Host host, String what) {
        var server = server(host);
        long atRisk = replication.parts().rowsOf(server.parts | server.known) | Replication.rowsStagedOn(server);
        require(
                (acknowledged & atRisk & ~safeWithout(Optional.of(host), Optional.empty())) == 0,
                host.name() + " " + what + " with the last copy of rows");
    }

    /** Parts of a host's shard that are on another of its volumes. */
    public long heldBesides(Host host) {
        long held = 0;
        for (var entry : servers.entrySet()) {
            if (entry.getKey().shard() == host.shard() && !entry.getKey().equals(host) && holds(entry.getValue())) {
                held |= entry.getValue().parts;
            }
        }
        return held;
    }

    private static boolean holds(Server server) {
        return server.claim && server.tables && server.registered;
    }

    // ------------------------------------------------------------------ what goes on by itself

    /** Pods start, servers read their configuration, replicas fetch, Distributed tables send. */
    public void advance(boolean promptly) {
        now = now.plusSeconds(STEP_SECONDS);
        servers.forEach((host, server) -> {
            if (server.statefulSet) {
                if (!server.claim) {
                    server.claim = true;
                    server.volume++;
                }
                if (!server.running && !server.volumeGone && (promptly || chance(3))) {
                    server.running = true;
                    server.reachable = true;
                    server.container++;
                    server.stopped = false;
                    server.since = now;
                }
            } else {
                server.running = false;
                server.gate = false;
                server.volumeGone = false;
            }
            if (server.running) {
                live(host, server, promptly);
            }
        });
        replication.endInserts(promptly);
        check();
    }

    private void live(Host host, Server server, boolean promptly) {
        if (promptly || chance(2)) {
            server.lists = listed;
            server.fills = filled;
        }
        server.reachable |= chance(4);
        server.hidden &= !chance(4);
        server.slow &= !chance(10);
        if (!server.isActive(this)) {
            return;
        }
        replication.live(host, server, promptly);
        if (!server.queued.isEmpty()
                && (promptly || server.queuedSince++ >= LONGEST_PAUSE_BETWEEN_SENDS || chance(2))) {
            server.queued.entrySet().removeIf(queue -> send(queue.getKey(), queue.getValue(), server.lists));
            // What could not be sent is tried again as late as what is new.
            server.queuedSince = 0;
        }
    }

    private boolean send(int shard, long rows, Set<Host> lists) {
        var target = any(servers.keySet().stream()
                .filter(host -> host.shard() == shard && (!sendsByPlace || lists.contains(host)))
                .filter(host -> server(host).running && server(host).tables && server(host).registered)
                .toList());
        target.ifPresent(host -> {
            for (long left = rows; left != 0; left &= left - 1) {
                accept(host, Long.numberOfTrailingZeros(left));
            }
        });
        return target.isPresent();
    }

    // ------------------------------------------------------------------ the cluster and shard reconcilers

    /** Members, hosts' objects, metrika.xml: each may be as far as it got when the operator died. */
    public void keepCluster(boolean mayDie) {
        if (!mayDie || !chance(3)) {
            seen = told;
        }
        var layout = Membership.of(CLUSTER, new Layout.Size(shards, replicas), members, seen);
        members.clear();
        layout.members().forEach((shard, replicas) -> members.put(shard, new TreeSet<>(replicas)));
        if (mayDie && chance(6)) {
            return;
        }
        layout.hosts().forEach(host -> server(host).statefulSet = true);
        servers.forEach((host, server) -> {
            if (!layout.members().getOrDefault(host.shard(), new TreeSet<>()).contains(host.replica())) {
                remove(host, server);
            }
        });
        if (mayDie && chance(6)) {
            return;
        }
        boolean first = listed.isEmpty();
        var next = new HashSet<Host>();
        layout.hosts().stream()
                .filter(host -> !seen.isFenced(host))
                .filter(host -> first
                        || listed.contains(host) && !incomplete.contains(host)
                        || server(host).inService())
                .forEach(next::add);
        layout.shards().stream()
                .filter(shard -> next.stream().noneMatch(host -> host.shard() == shard))
                .forEach(shard -> layout.hostsOf(shard).stream()
                        .filter(host -> listed.contains(host) && !seen.isFenced(host))
                        .forEach(next::add));
        listed = Set.copyOf(next);
        filled = listed.stream().filter(host -> !seen.isDraining(host.shard())).collect(Collectors.toUnmodifiableSet());
        check();
    }

    private void remove(Host host, Server server) {
        require(!server.statefulSet || seen.isReleased(host), host.name() + " is removed before it was released");
        server.statefulSet = false;
        server.running = false;
        server.gate = false;
        if (!keepVolumes && seen.isReleased(host) && server.claim) {
            discard(server);
        }
    }

    // ------------------------------------------------------------------ others, as simply as can be

    /** Schema and gates: what the replacement reconciler does, without its care for lost volumes. */
    public void admit(boolean mayDie) {
        for (var host : standing()) {
            var server = server(host);
            if (seen.isFenced(host) || !server.running) {
                server.gate &= server.running || !seen.isFenced(host);
                server.gate &= !seen.isFenced(host);
                continue;
            }
            if (!coordinationUp || mayDie && chance(3)) {
                continue;
            }
            if (!server.tables && !seen.isGoing(host) && !server.holdsItsPlace(this)) {
                giveTables(host);
            }
            if (standing().stream()
                    .filter(other -> other.shard() == host.shard())
                    .allMatch(other -> (server(other).parts & ~server.parts) == 0)) {
                server.gate = true;
                server.gateOf = server.container;
            }
        }
        incomplete = standing().stream()
                .filter(host -> server(host).running && !server(host).tables)
                .collect(Collectors.toSet());
        servers.values().forEach(server -> {
            if (server.volumeGone) {
                server.claim = false;
                server.volumeGone = false;
            }
        });
    }

    /** Moves a part, or says that nothing is left to move. */
    public void rebalance() {
        if (!coordinationUp) {
            return;
        }
        rebalances.removeIf(moving -> moving.deleting);
        rebalances.stream().filter(moving -> !moving.over).findFirst().ifPresent(this::rebalance);
        check();
    }

    private void rebalance(Moving moving) {
        var part = servers.entrySet().stream()
                .filter(entry -> moving.drain.contains(entry.getKey().shard()) && holds(entry.getValue()))
                .mapToLong(entry -> Long.lowestOneBit(entry.getValue().parts))
                .filter(one -> one != 0)
                .findFirst();
        if (part.isEmpty()) {
            moving.over = true;
            return;
        }
        any(servers.keySet().stream()
                        .filter(host -> host.shard() < shards
                                && !moving.drain.contains(host.shard())
                                && server(host).inService()
                                && server(host).tables
                                && server(host).registered
                                && !told.isFenced(host))
                        .toList())
                .ifPresent(target -> replication.moveAtOnce(part.getAsLong(), target));
    }

    public void createRebalance(String name, Set<Integer> drain) {
        if (rebalances.stream().noneMatch(moving -> moving.name.equals(name))) {
            rebalances.add(new Moving(name, name + " " + rebalancesMade++, drain));
        }
    }

    /** What was begun is ended first. */
    public void deleteRebalance(String name) {
        rebalances.stream().filter(moving -> moving.name.equals(name)).forEach(moving -> moving.deleting = true);
    }

    // ------------------------------------------------------------------ promises

    public void require(boolean kept, String promise) {
        if (!kept) {
            throw new AssertionError("seed " + seed + ": " + promise);
        }
    }

    /** Every row is on a volume that a replica serves it from, or will. */
    private void check() {
        long safe = safeWithout(Optional.empty(), Optional.empty());
        require((acknowledged & ~safe) == 0, "rows are lost: " + Long.toBinaryString(acknowledged & ~safe));
    }

    /** @param restarted a host that would forget that its queue is stopped, as those did that are down */
    private long safeWithout(Optional<Host> lost, Optional<Host> restarted) {
        long rows = 0;
        long safe = 0;
        for (var entry : servers.entrySet()) {
            var host = entry.getKey();
            var server = entry.getValue();
            if (!server.claim || lost.filter(host::equals).isPresent()) {
                continue;
            }
            rows |= server.own | server.pending() | Replication.rowsStagedOn(server);
            if (holds(server)) {
                boolean drops = restarted.isPresent()
                        && (!server.stopped
                                || !server.running
                                || restarted.get().equals(host));
                safe |= drops ? server.parts & ~replication.toBeDropped(host) : server.parts;
            }
        }
        return rows | replication.parts().rowsOf(safe);
    }

    /** What the replicas hold, for people. */
    String says() {
        return standing().stream()
                .map(host -> host.name() + replication.says(host))
                .collect(Collectors.joining(", "));
    }

    /** Every row is counted once, everything that was asked for stands, and nothing else. */
    public Optional<String> whyNotAtRest() {
        var wanted = new Layout.Size(shards, replicas);
        if (members.size() != wanted.shards()
                || members.values().stream().anyMatch(replicas -> replicas.size() != wanted.replicas())) {
            return Optional.of("members are " + members + " for " + wanted);
        }
        long once = 0;
        for (var shard : members.keySet()) {
            var hosts = hostsOf(shard);
            long parts = server(hosts.getFirst()).parts;
            for (var host : hosts) {
                if (!server(host).inService() || server(host).parts != parts) {
                    return Optional.of(host.name() + " is not in service");
                }
                if (server(host).stopped || !server(host).staged.isEmpty()) {
                    return Optional.of("a move left something on " + host.name());
                }
            }
            long rows = replication.parts().rowsOf(parts);
            if ((once & rows) != 0 || Long.bitCount(rows) != Long.bitCount(parts)) {
                return Optional.of("rows are counted twice");
            }
            once |= rows;
        }
        return once == acknowledged
                ? Optional.empty()
                : Optional.of("rows are missing: " + Long.toBinaryString(acknowledged & ~once));
    }
}
