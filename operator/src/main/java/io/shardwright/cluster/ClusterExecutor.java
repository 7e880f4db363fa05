package io.shardwright.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.keeper.Keeper;
import io.shardwright.keeper.KeeperException;
import io.shardwright.kube.KubeErrors;
import io.shardwright.kube.KubeWriter;
import io.shardwright.plan.Outcome;
import java.security.SecureRandom;
import java.util.stream.Collectors;

/** Carries out what the cluster planner decided. */
final class ClusterExecutor {
    private static final String ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    /** 32 characters of 57: 186 bits, so that the plain SHA-256 that servers compare with gives nothing away. */
    private static final int PASSWORD_LENGTH = 32;

    private final KubeWriter writer;
    private final Keeper keeper;
    private final SecureRandom random = new SecureRandom();

    ClusterExecutor(KubeWriter writer, Keeper keeper) {
        this.writer = writer;
        this.keeper = keeper;
    }

    Outcome<ClusterAction> execute(ClusterAction action) {
        try {
            switch (action) {
                case ClusterAction.ApplyObject apply -> writer.apply(apply.desired());
                case ClusterAction.DeleteObject delete -> writer.delete(delete.object());
                case ClusterAction.GeneratePassword generate ->
                    writer.createIfAbsent(
                            ClusterResources.password(generate.cluster(), generate.user(), newPassword()));
                case ClusterAction.CreateCoordinationRoot create ->
                    keeper.create(
                            create.coordination().endpoints(),
                            create.coordination().root());
            }
            return new Outcome.Done<>(action);
        } catch (KubernetesClientException e) {
            return KubeErrors.outcomeOf(action, e);
        } catch (KeeperException e) {
            return new Outcome.Failed<>(action, e.getMessage(), true);
        }
    }

    private String newPassword() {
        return random.ints(PASSWORD_LENGTH, 0, ALPHABET.length())
                .mapToObj(index -> String.valueOf(ALPHABET.charAt(index)))
                .collect(Collectors.joining());
    }
}
