package io.shardwright.testing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.kube.KubeWriter;
import java.util.Map;

/** Takes what is written, and does nothing with it. */
public final class NoKubernetes implements KubeWriter {
    @Override
    public HasMetadata apply(HasMetadata desired) {
        return desired;
    }

    @Override
    public void createIfAbsent(HasMetadata object) {}

    @Override
    public void delete(HasMetadata object) {}

    @Override
    public void annotatePod(String namespace, String name, Map<String, String> annotations) {}
}
