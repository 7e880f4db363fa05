package io.shardwright.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.shardwright.clickhouse.Servers;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.Registration;
import io.shardwright.kube.PodConditions;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReplacementObserverTest {
    private static final String ADDRESS = "10.0.0.7";
    private static final Instant STARTED = Replicas.NOW;

    private final Replicas replicas = new Replicas();
    private final Host host = Replicas.FIRST;
    private final List<String> knockedAt = new ArrayList<>();
    private final List<Host> asked = new ArrayList<>();
    private final List<String> questions = new ArrayList<>();
    private final Map<String, Pod> pods = new HashMap<>();
    private boolean up = true;
    private boolean usable = true;

    @Test
    void aServerThatAnswersBeforeTheKubeletHasNoticedIsAsked() {
        var observed = observe(running(false), Duration.ofSeconds(2));

        assertThat(knockedAt).containsExactly(ADDRESS);
        assertThat(asked).contains(host);
        assertThat(observed.pods().get(host).answering()).isTrue();
        assertThat(observed.pods().get(host).since()).isEqualTo(STARTED);
    }

    @Test
    void oneThatDoesNotAnswerYetIsNotAsked() {
        up = false;

        var observed = observe(running(false), Duration.ofSeconds(2));

        assertThat(asked).isEmpty();
        assertThat(observed.pods().get(host).answering()).isFalse();
        assertThat(observed.pods().get(host).justStarted()).contains(ADDRESS);
    }

    @Test
    void oneThatTakesLongerIsLeftToTheKubelet() {
        observe(running(false), Duration.ofSeconds(11));

        assertThat(knockedAt).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void oneThatIsReadyIsAskedAtOnce() {
        observe(running(true), Duration.ofSeconds(2));

        assertThat(knockedAt).isEmpty();
        assertThat(asked).contains(host);
    }

    @Test
    void serversAreAskedWhatZooKeeperKnowsOfABlankHost() {
        var observed = observe(new Blank(), running(true), Duration.ofSeconds(2));

        assertThat(questions).anyMatch(sql -> sql.contains("system.zookeeper"));
        assertThat(observed.registrations()).containsExactly(Map.entry(host, new Registration.Known(List.of(), 0)));
    }

    @Test
    void nobodyIsSentToAZooKeeperThatDoesNotServeYet() {
        usable = false;

        var observed = observe(new Blank(), running(true), Duration.ofSeconds(2));

        assertThat(questions).isNotEmpty().noneMatch(sql -> sql.contains("system.zookeeper"));
        assertThat(observed.registrations())
                .containsExactly(Map.entry(host, new Registration.Unknown("it is starting, or not prepared yet")));
    }

    @Test
    void aPodIsOverdueWhenItShouldHaveEnded() {
        var ending = new PodBuilder(running(true))
                .editMetadata()
                .withDeletionTimestamp(STARTED.plusSeconds(60).toString())
                .endMetadata()
                .editSpec()
                .withNodeName("n1")
                .endSpec()
                .build();

        assertThat(observe(ending, Duration.ofSeconds(59)).pods().get(host).overdue())
                .isEmpty();
        assertThat(observe(ending, Duration.ofSeconds(61)).pods().get(host).overdue())
                .contains(STARTED.plusSeconds(60));
    }

    @Test
    void anEngineWithArgumentsIsAskedFor() {
        var servers = new Servers() {
            @Override
            public List<List<String>> query(Host host, String sql) {
                if (sql.contains("system.zookeeper")) {
                    return List.of();
                }
                return sql.equals("SHOW CREATE DATABASE `le gacy`")
                        ? List.of(List.of("CREATE DATABASE `le gacy`\nENGINE = MySQL('db:3306', 'legacy', 'u', 'p')"))
                        : List.of(
                                List.of("database", "le gacy", "MySQL", "", "", "", ""),
                                List.of("database", "nyc", "Ordinary", "", "", "", ""));
            }

            @Override
            public void execute(Host host, String sql, Map<String, String> settings) {
                throw new AssertionError("an observer changes nothing");
            }
        };

        var observed = observe(servers, running(true), Duration.ofSeconds(2));

        assertThat(observed.contents(host).orElseThrow().databases())
                .containsExactly(
                        Map.entry("le gacy", "MySQL('db:3306', 'legacy', 'u', 'p')"), Map.entry("nyc", "Ordinary"));
    }

    @Test
    void anotherShardTellsWhatANewOneLacksThoughSomeOfItStands() {
        replicas.otherShards.put(1, List.of(0));
        var other = new Host(Replicas.CLUSTER, 1, 0);
        var servers = new Servers() {
            @Override
            public List<List<String>> query(Host host, String sql) {
                if (sql.contains("system.zookeeper")) {
                    return List.of();
                }
                return Stream.of("a", "b")
                        .filter(name -> host.equals(other) || name.equals("a"))
                        .flatMap(name -> Stream.of(
                                List.of("table", "d", name, "ReplicatedMergeTree", "CREATE TABLE d." + name, "", ""),
                                List.of("replica", "d", name, "/tables/" + host.shard() + "/d/" + name, "1", "r", "")))
                        .toList();
            }

            @Override
            public void execute(Host host, String sql, Map<String, String> settings) {
                throw new AssertionError("an observer changes nothing");
            }
        };
        pods.put(other.podName(), inService(other));

        var observed = observe(servers, running(true), Duration.ofSeconds(2));

        assertThat(observed.schemaElsewhere().orElseThrow().tables())
                .containsOnlyKeys(new TableId("d", "a"), new TableId("d", "b"));
        assertThat(observed.registrations()).containsOnlyKeys(host);

        assertThat(observe(allBut(other, servers), running(true), Duration.ofSeconds(2))
                        .elsewhere())
                .containsInstanceOf(Answer.Silent.class);
    }

    private ReplacementObserved observe(Pod pod, Duration after) {
        return observe(new Senseless(), pod, after);
    }

    private ReplacementObserved observe(Servers servers, Pod pod, Duration after) {
        var observer = new ReplacementObserver(
                servers,
                any -> new Volume.None(),
                address -> {
                    knockedAt.add(address);
                    return up;
                },
                coordination -> usable);
        pods.put(host.podName(), pod);
        return observer.observe(replicas.intent(), null, pods, STARTED.plus(after));
    }

    private Pod running(boolean ready) {
        return running(host, ready);
    }

    private static Pod inService(Host host) {
        var pod = running(host, true);
        pod.getStatus()
                .getConditions()
                .add(new PodConditionBuilder()
                        .withType(PodConditions.IN_SERVICE)
                        .withStatus("True")
                        .withMessage("b")
                        .build());
        return pod;
    }

    private static Pod running(Host host, boolean ready) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(host.podName())
                .withUid("a")
                .withCreationTimestamp(STARTED.minusSeconds(40).toString())
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .withPodIP(ADDRESS)
                .addNewCondition()
                .withType("ContainersReady")
                .withStatus(ready ? "True" : "False")
                .withLastTransitionTime(STARTED.minusSeconds(30).toString())
                .endCondition()
                .addNewContainerStatus()
                .withContainerID("b")
                .withNewState()
                .withNewRunning()
                .withStartedAt(STARTED.toString())
                .endRunning()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static Servers allBut(Host silent, Servers servers) {
        return new Servers() {
            @Override
            public List<List<String>> query(Host host, String sql) {
                if (host.equals(silent)) {
                    throw new IllegalArgumentException("nothing that makes sense");
                }
                return servers.query(host, sql);
            }

            @Override
            public void execute(Host host, String sql, Map<String, String> settings) {
                throw new AssertionError("an observer changes nothing");
            }
        };
    }

    private final class Senseless implements Servers {
        @Override
        public List<List<String>> query(Host host, String sql) {
            asked.add(host);
            throw new IllegalArgumentException("nothing that makes sense");
        }

        @Override
        public void execute(Host host, String sql, Map<String, String> settings) {
            throw new AssertionError("an observer changes nothing");
        }
    }

    /** Servers that answer, and have nothing. */
    private final class Blank implements Servers {
        @Override
        public List<List<String>> query(Host host, String sql) {
            questions.add(sql);
            return List.of();
        }

        @Override
        public void execute(Host host, String sql, Map<String, String> settings) {
            throw new AssertionError("an observer changes nothing");
        }
    }
}
