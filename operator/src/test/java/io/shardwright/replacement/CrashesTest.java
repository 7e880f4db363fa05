package io.shardwright.replacement;

import static io.shardwright.replacement.Replicas.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.shardwright.replacement.ReplacementObserved.Crash;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CrashesTest {
    private static final String SYNTAX =
            "<Error> Application: DB::Exception: Syntax error: failed at position 1: garbage";
    private static final Instant MADE = NOW.minusSeconds(5000);

    private final Pod damaged = ended("c-0-1-0", 70, "Error", SYNTAX);
    private final Pod peer = serving("c-0-0-0", "image");

    @Test
    void whatItsDataKeepsFromStartingIsTold() {
        assertThat(crash(damaged, peer))
                .contains(new Crash("exit code 70, last words: " + SYNTAX, MADE, Optional.empty()));
    }

    @Test
    void itIsTheSameWhileItIsTriedAgain() {
        var again = again(damaged, NOW.minusSeconds(20));
        assertThat(crash(again, peer)).isEqualTo(crash(damaged, peer));

        assertThat(crash(again(damaged, NOW.minusSeconds(90)), peer))
                .as("it has run for longer than it takes to read the metadata")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "137, OOMKilled",
        "137, Error",
        "143, Error",
        "0, Completed",
        "128, StartError",
        "127, Error",
        "1, Error"
    })
    void whatWasKilledOrNeverRanIsNoCrash(int code, String reason) {
        assertThat(crash(ended("c-0-1-0", code, reason, SYNTAX), peer)).isEmpty();
    }

    @Test
    void anImageThatCannotBePulledIsNoCrash() {
        var pulling = new PodBuilder(serving("c-0-1-0", "image"))
                .editStatus()
                .withConditions()
                .editFirstContainerStatus()
                .withRestartCount(0)
                .withNewState()
                .withNewWaiting()
                .withReason("ImagePullBackOff")
                .endWaiting()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();

        assertThat(crash(pulling, peer)).isEmpty();
    }

    @Test
    void onceMayBeAnAccident() {
        damaged.getStatus().getContainerStatuses().getFirst().setRestartCount(1);

        assertThat(crash(damaged, peer)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Code: 999, e.displayText() = Coordination::Exception: Connection loss",
                "Code: 132, Cannot create table from metadata file: All connection tries failed while connecting to ZooKeeper",
                "Code: 243, e.displayText() = DB::Exception: Cannot reserve 1.00 MiB, not enough space",
                "DB::ErrnoException: Cannot write to file, errno: 28, strerror: No space left on device"
            })
    void whatANewVolumeWouldNotMendIsNoReasonToGiveItUp(String words) {
        assertThat(crash(ended("c-0-1-0", 70, "Error", words), peer)
                        .orElseThrow()
                        .doubt())
                .isPresent();
    }

    @Test
    void whatAnotherServerOfTheClusterSuffersTooIsNotOfTheVolume() {
        assertThat(crash(damaged, peer, ended("c-1-0-0", 1, "Error", "no such user"))
                        .orElseThrow()
                        .doubt())
                .hasValueSatisfying(doubt -> assertThat(doubt).contains("c-1-0-0"));
    }

    @Test
    void aTemplateThatNobodyElseRunsWithMayBeWhy() {
        assertThat(crash(damaged, serving("c-0-0-0", "older image"))
                        .orElseThrow()
                        .doubt())
                .isPresent();
    }

    @Test
    void anotherVolumeOfItsPodMayBeWhatIsDamaged() {
        var claims = List.of("data-c-0-1-0", "cold-c-0-1");
        var withAnother = new PodBuilder(damaged)
                .editSpec()
                .addNewVolume()
                .withName("scripts")
                .withNewConfigMap()
                .endConfigMap()
                .endVolume()
                .endSpec()
                .build();
        claims.forEach(claim -> withAnother
                .getSpec()
                .getVolumes()
                .add(new VolumeBuilder()
                        .withName(claim.substring(0, 4))
                        .withNewPersistentVolumeClaim()
                        .withClaimName(claim)
                        .endPersistentVolumeClaim()
                        .build()));

        assertThat(crash(withAnother, peer).orElseThrow().doubt())
                .hasValueSatisfying(doubt -> assertThat(doubt).contains("cold").doesNotContain("data", "scripts"));
    }

    private static Optional<Crash> crash(Pod pod, Pod... others) {
        var cluster = new java.util.ArrayList<>(List.of(others));
        cluster.add(pod);
        return Crashes.of(pod, cluster, NOW);
    }

    private static Pod again(Pod pod, Instant since) {
        return new PodBuilder(pod)
                .editStatus()
                .editFirstContainerStatus()
                .withNewState()
                .withNewRunning()
                .withStartedAt(since.toString())
                .endRunning()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static Pod ended(String name, int code, String reason, String words) {
        return new PodBuilder(serving(name, "image"))
                .editStatus()
                .withConditions()
                .editFirstContainerStatus()
                .withNewState()
                .withNewWaiting()
                .withReason("CrashLoopBackOff")
                .endWaiting()
                .endState()
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(code)
                .withReason(reason)
                .withMessage(words)
                .endTerminated()
                .endLastState()
                .withRestartCount(5)
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static Pod serving(String name, String image) {
        var host = name.substring(0, name.length() - 2);
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withCreationTimestamp(MADE.toString())
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("clickhouse")
                .withImage(image)
                .addNewEnv()
                .withName("SHARDWRIGHT_HOST")
                .withValue(host)
                .endEnv()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("ContainersReady")
                .withStatus("True")
                .endCondition()
                .addNewContainerStatus()
                .withImageID("sha of " + image)
                .withRestartCount(0)
                .withNewState()
                .withNewRunning()
                .withStartedAt(MADE.toString())
                .endRunning()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }
}
