package io.shardwright.simulation;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import io.shardwright.topology.Membership;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
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
 * A model of ClickHouse, of the coordination and of Kubernetes. Rows come in blocks of one bit, so that a set of blocks is a
 * long. What the coordination holds to be a shard's is the truth; volumes follow. Whatever breaks a promise to users ends the
 * schedule with an error that names it.
 */
public final class World {
    public static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");

    private static final int MOST_BLOCKS = 60;

    /** A pass of everything takes this long. */
    private static final long STEP_SECONDS = 10;

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

    /** The rebalance that goes on; null when there is none. */
    public Moving moving;

    public int rebalances;

    /** The hosts in metrika.xml; empty before it is first written. */
    public Set<Host> listed = Set.of();

    /** What the status says of those that leave, and what the other reconcilers saw of it last. */
    public Leaving told = Leaving.NONE;

    public Leaving seen = Leaving.NONE;

    /** Hosts that may hold less than they should, as the status says. */
    public Set<Host> incomplete = Set.of();

    /** The coordination: whether it answers, and the blocks of each shard. */
    public boolean coordinationUp = true;

    public final Map<Integer, Long> blocks = new HashMap<>();

    public Instant now = Instant.EPOCH;
    private final Map<Set<Host>, Set<String>> names = new IdentityHashMap<>();
    private long acknowledged;
    private int made;

    /** A rebalance. */
    public static final class Moving {
        public final String name;
        public final Set<Integer> drain;
        public boolean over;

        public Moving(String name, Set<Integer> drain) {
            this.name = name;
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
        /** The blocks that the coordination knows of it. */
        public long known;

        public boolean claim;
        public boolean running;
        /** It answers the operator. */
        public boolean reachable = true;
        /** Kubernetes does not see it, though it may run. */
        public boolean hidden;
        /** It fetches nothing. */
        private boolean slow;
        /** The readiness gate of its pod. */
        public boolean gate;

        public boolean tables;
        /** On purpose. */
        public boolean dropped;

        /** The coordination knows its replicas. */
        public boolean registered;

        public long parts;
        /** Blocks in tables that are not replicated. */
        public long own;
        /** Blocks that wait to be sent on by a Distributed table. */
        public long pending;

        private int pendingSince;
        /** Its remote_servers. */
        public Set<Host> lists = Set.of();

        public boolean inService() {
            return running && gate && !hidden;
        }
    }

    public World(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.shards = 1 + random.nextInt(3);
        this.replicas = 1 + random.nextInt(3);
        this.keepVolumes = random.nextBoolean();
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
                hosts, some -> some.stream().map(Host::dnsName).collect(Collectors.toUnmodifiableSet()));
    }

    public long blocksOf(int shard) {
        return blocks.getOrDefault(shard, 0L);
    }

    // ------------------------------------------------------------------ users and faults

    /** Something happens that nobody planned. */
    public void disturb() {
        var host = any(servers.keySet());
        switch (random.nextInt(22)) {
            case 0 -> shards = 1 + random.nextInt(4);
            case 1 -> replicas = 1 + random.nextInt(3);
            case 2 -> {
                removeFirst.clear();
                host.map(Host::name).ifPresent(removeFirst::add);
            }
            case 3 -> host.map(this::server).ifPresent(server -> server.running = false);
            case 4 -> host.map(this::server).ifPresent(server -> server.reachable = false);
            case 5 -> coordinationUp = false;
            case 6 -> coordinationUp = true;
            case 7 -> host.filter(this::mayLoseItsVolume).ifPresent(this::loseVolume);
            case 8 -> host.map(this::server).filter(Server::inService).ifPresent(server -> server.own |= newBlock());
            case 11 -> host.map(this::server).ifPresent(server -> server.slow = true);
            case 12 -> host.map(this::server).ifPresent(server -> server.hidden = true);
            case 9, 10 -> host.map(this::server).filter(Server::inService).ifPresent(this::insertLater);
            default -> insert();
        }
        check();
    }

    /** Nothing is wrong any more. */
    public void heal() {
        coordinationUp = true;
        removeFirst.clear();
        servers.values().forEach(server -> {
            server.reachable = true;
            server.hidden = false;
            server.slow = false;
            // The user copies what is held up for it elsewhere, and drops it.
            acknowledged &= ~server.own;
            server.own = 0;
        });
    }

    /** Users delete volumes that are in the way of an index that is to be used again. */
    public void discardAbandonedVolumes() {
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
        acknowledged &= ~(server.own | server.pending);
        server.own = 0;
        server.pending = 0;
    }

    private long newBlock() {
        if (made >= MOST_BLOCKS) {
            return 0;
        }
        long block = 1L << made++;
        acknowledged |= block;
        return block;
    }

    /** A client writes to a host that a Service or a server leads it to. */
    private void insert() {
        if (!coordinationUp) {
            return;
        }
        var reached = new TreeSet<Host>();
        servers.forEach((host, server) -> {
            if (server.inService()) {
                reached.add(host);
                reached.addAll(server.lists);
            }
        });
        any(reached)
                .filter(host -> server(host).running)
                .filter(host -> server(host).tables || server(host).dropped)
                .ifPresent(host -> accept(host, newBlock()));
    }

    private void accept(Host host, long block) {
        var server = server(host);
        require(!server.dropped, "a client is led to " + host.name() + ", whose tables were dropped");
        server.parts |= block;
        blocks.merge(host.shard(), block, (one, other) -> one | other);
    }

    private void insertLater(Server server) {
        if (server.pending == 0) {
            server.pendingSince = 0;
        }
        server.pending |= newBlock();
    }

    private boolean mayLoseItsVolume(Host host) {
        var server = server(host);
        return server.own == 0
                && server.pending == 0
                && (server.parts & blocksOf(host.shard()) & ~heldBesides(host)) == 0
                && servers.entrySet().stream()
                        .anyMatch(entry -> entry.getKey().shard() == host.shard()
                                && !entry.getKey().equals(host)
                                && !entry.getValue().volumeGone
                                && holds(entry.getValue()));
    }

    private void loseVolume(Host host) {
        var server = server(host);
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
        require(
                (server.parts & blocksOf(host.shard()) & ~heldBesides(host)) == 0,
                host.name() + " loses its volume with the last copy of rows");
        acknowledged &= ~(server.own | server.pending);
        server.own = 0;
        server.pending = 0;
        replacePod(host);
        server.claim = false;
        server.volumeGone = false;
        empty(server);
    }

    /** Tables are made on a host; its place in the coordination is taken, or made. */
    public void giveTables(Host host) {
        var server = server(host);
        require(!told.isGoing(host) || !seen.isGoing(host), host.name() + " gets tables though they are being dropped");
        server.tables = true;
        server.dropped = false;
        server.registered = true;
        server.known = server.parts;
    }

    /** The coordination forgets a host's replicas. */
    public void forget(Host host) {
        var server = server(host);
        if (!coordinationUp) {
            return;
        }
        require(!(server.running && server.tables), host.name() + " is forgotten while it lives");
        require(
                (server.known & blocksOf(host.shard()) & ~heldBesides(host)) == 0,
                host.name() + " is forgotten with the last copy of rows");
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

    /** Blocks of a host's shard that are on another of its volumes. */
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
        check();
    }

    private void live(Host host, Server server, boolean promptly) {
        if (promptly || chance(2)) {
            server.lists = listed;
        }
        server.reachable |= chance(4);
        server.hidden &= !chance(4);
        server.slow &= !chance(10);
        if (!coordinationUp || !server.registered || !server.tables) {
            return;
        }
        server.parts &= blocksOf(host.shard());
        server.known |= server.parts;
        if (promptly || !server.slow && chance(2)) {
            for (var entry : servers.entrySet()) {
                if (entry.getKey().shard() == host.shard() && entry.getValue().running && holds(entry.getValue())) {
                    server.parts |= entry.getValue().parts & blocksOf(host.shard());
                }
            }
        }
        if (server.pending != 0 && (promptly || server.pendingSince++ >= 2 || chance(2))) {
            var targets = server.lists.stream()
                    .filter(target -> server(target).running && server(target).tables && server(target).registered)
                    .toList();
            any(targets).ifPresent(target -> {
                accept(target, server.pending);
                server.pending = 0;
            });
        }
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
            if (!server.tables && !seen.isGoing(host)) {
                giveTables(host);
            }
            if (server.parts == blocksOf(host.shard())) {
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

    /** Moves a block, or says that nothing is left to move. */
    public void rebalance() {
        if (moving == null || moving.over || !coordinationUp) {
            return;
        }
        var from = moving.drain.stream().filter(shard -> blocksOf(shard) != 0).findFirst();
        if (from.isEmpty()) {
            moving.over = true;
            return;
        }
        var targets = servers.keySet().stream()
                .filter(host -> host.shard() < shards
                        && !moving.drain.contains(host.shard())
                        && server(host).inService()
                        && server(host).tables
                        && server(host).registered
                        && !told.isFenced(host))
                .toList();
        any(targets).ifPresent(target -> {
            long block = Long.lowestOneBit(blocksOf(from.get()));
            blocks.merge(target.shard(), block, (one, other) -> one | other);
            server(target).parts |= block;
            blocks.merge(from.get(), ~block, (one, other) -> one & other);
        });
        check();
    }

    /** A block changes shards, on every replica of both at once. */
    public void moveBlock(long block, int from, int to) {
        require((blocksOf(to) & block) == 0, "a block is moved to a shard that has it");
        blocks.merge(to, block, (one, other) -> one | other);
        hostsOf(to).forEach(host -> {
            server(host).parts |= block;
            server(host).known |= block;
        });
        blocks.merge(from, ~block, (one, other) -> one & other);
        hostsOf(from).forEach(host -> server(host).parts &= ~block);
        check();
    }

    // ------------------------------------------------------------------ promises

    public void require(boolean kept, String promise) {
        if (!kept) {
            throw new AssertionError("seed " + seed + ": " + promise);
        }
    }

    /** Every row is on a volume that a replica serves it from, or will. */
    private void check() {
        long safe = 0;
        for (var entry : servers.entrySet()) {
            var server = entry.getValue();
            if (server.claim) {
                safe |= server.own | server.pending;
                if (holds(server)) {
                    safe |= server.parts & blocksOf(entry.getKey().shard());
                }
            }
        }
        require((acknowledged & ~safe) == 0, "rows are lost: " + Long.toBinaryString(acknowledged & ~safe));
    }

    /** Every row is counted once, everything that was asked for stands, and nothing else. */
    public Optional<String> whyNotAtRest() {
        var wanted = new Layout.Size(shards, replicas);
        if (members.size() != wanted.shards()
                || members.values().stream().anyMatch(replicas -> replicas.size() != wanted.replicas())) {
            return Optional.of("members are " + members + " for " + wanted);
        }
        var behind = standing().stream()
                .filter(host -> !server(host).inService() || server(host).parts != blocksOf(host.shard()))
                .findFirst();
        if (behind.isPresent()) {
            return Optional.of(behind.get().name() + " is not in service");
        }
        long once = 0;
        for (int shard = 0; shard < shards; shard++) {
            if ((once & blocksOf(shard)) != 0) {
                return Optional.of("rows are counted twice");
            }
            once |= blocksOf(shard);
        }
        return once == acknowledged
                ? Optional.empty()
                : Optional.of("rows are missing: " + Long.toBinaryString(acknowledged & ~once));
    }
}
