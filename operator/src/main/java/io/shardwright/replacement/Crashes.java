package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.shardwright.kube.ObjectJson;
import io.shardwright.kube.PodConditions;
import io.shardwright.kube.PodFailures;
import io.shardwright.replacement.ReplacementObserved.Crash;
import io.shardwright.topology.VolumeClaims;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells a server that its data keeps from starting from those that end for another reason. 18.16.1 ends with code 70 when it
 * cannot read a table's or a database's metadata; that is also how it ends when ZooKeeper goes away under it, or its disk is full.
 */
final class Crashes {
    /** Once may be an accident. */
    private static final int ENDED_OFTEN = 2;

    /** One that runs for longer has read its metadata. */
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(1);

    /**
     * It did not fail: it was told to end, or was killed, for want of memory or by a probe; or the container never came to run
     * it. Code 1 is the entrypoint's.
     */
    private static final Set<Integer> OF_OTHERS = Set.of(0, 1, 126, 127, 128, 137, 143);

    /** ZooKeeper, the network, memory and room: nothing that a new volume would mend. */
    private static final Pattern PASSING = Pattern.compile(
            "Code: (198|209|210|225|241|242|243|279|999)\\b|KeeperException|All connection tries failed|errno: 28\\b|No space left"
                    + " on device");

    private Crashes() {}

    /** @param cluster all servers' pods */
    static Optional<Crash> of(Pod pod, Collection<Pod> cluster, Instant now) {
        return ended(pod, now)
                .filter(ended -> !OF_OTHERS.contains(ended.getExitCode()) && !"OOMKilled".equals(ended.getReason()))
                .map(ended -> new Crash(
                        PodFailures.words(ended),
                        Instant.parse(pod.getMetadata().getCreationTimestamp()),
                        doubt(pod, ended, cluster, now)));
    }

    /** Why it may not be its volume. */
    private static Optional<String> doubt(
            Pod pod, ContainerStateTerminated ended, Collection<Pod> cluster, Instant now) {
        if (PASSING.matcher(PodFailures.words(ended)).find()) {
            return Optional.of("that is not of its volume's data");
        }
        var sharing = cluster.stream()
                .filter(other -> !name(other).equals(name(pod)))
                .filter(other -> ended(other, now).isPresent())
                .map(Crashes::name)
                .sorted()
                .findFirst();
        return sharing.map(other -> other + " keeps ending too")
                .or(() -> otherVolume(pod).map(name -> "its pod has another volume, " + name))
                .or(() -> cluster.stream()
                                .anyMatch(other -> PodConditions.isAnswering(other)
                                        && template(other).equals(template(pod)))
                        ? Optional.empty()
                        : Optional.of("no server runs with its image and its pod template"));
    }

    /** One of the user's template that keeps data: what is on it is not given up with the replica's own. */
    private static Optional<String> otherVolume(Pod pod) {
        return pod.getSpec().getVolumes().stream()
                .filter(volume -> !volume.getName().equals(VolumeClaims.DATA) && keepsData(volume))
                .map(Volume::getName)
                .findFirst();
    }

    private static boolean keepsData(Volume volume) {
        return Stream.of(
                        volume.getConfigMap(),
                        volume.getSecret(),
                        volume.getProjected(),
                        volume.getDownwardAPI(),
                        volume.getEmptyDir())
                .allMatch(Objects::isNull);
    }

    /** How one that keeps ending ended last. */
    private static Optional<ContainerStateTerminated> ended(Pod pod, Instant now) {
        return pod.getStatus() == null
                        || pod.getMetadata().getDeletionTimestamp() != null
                        || PodConditions.isAnswering(pod)
                ? Optional.empty()
                : pod.getStatus().getContainerStatuses().stream()
                        .filter(container -> container.getRestartCount() != null
                                && container.getRestartCount() >= ENDED_OFTEN
                                && !hasRun(container, now))
                        .flatMap(container -> lastEnd(container).stream())
                        .findFirst();
    }

    private static boolean hasRun(ContainerStatus container, Instant now) {
        return Optional.ofNullable(container.getState())
                .map(ContainerState::getRunning)
                .map(running -> running.getStartedAt())
                .filter(since -> Instant.parse(since).plus(STARTS_WITHIN).isBefore(now))
                .isPresent();
    }

    private static Optional<ContainerStateTerminated> lastEnd(ContainerStatus container) {
        return Stream.of(Optional.ofNullable(container.getState()), Optional.ofNullable(container.getLastState()))
                .flatMap(Optional::stream)
                .flatMap(state -> Stream.ofNullable(state.getTerminated()))
                .findFirst();
    }

    /** What its containers are, but for the host's name. */
    private static String template(Pod pod) {
        var images = pod.getStatus().getContainerStatuses().stream()
                .map(ContainerStatus::getImageID)
                .toList();
        var spec = pod.getSpec();
        var host = name(pod).replaceFirst("-0$", "");
        return Stream.of(images, spec.getInitContainers(), spec.getContainers())
                .map(ObjectJson.SERIALIZATION::asJson)
                .reduce("", String::concat)
                .replace(host, "");
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }
}
