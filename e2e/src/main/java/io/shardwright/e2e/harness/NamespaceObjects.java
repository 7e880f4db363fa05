package io.shardwright.e2e.harness;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;

/** Every object of a namespace, of every kind that the API server knows. */
public final class NamespaceObjects {
    private NamespaceObjects() {}

    public static List<GenericKubernetesResource> of(Sandbox sandbox) {
        var objects = new ArrayList<GenericKubernetesResource>();
        addKinds(sandbox, "v1", objects);
        sandbox.client()
                .getApiGroups()
                .getGroups()
                .forEach(group -> addKinds(sandbox, group.getPreferredVersion().getGroupVersion(), objects));
        return objects;
    }

    /** The log of a pod, or why there is none. */
    public static String log(Sandbox sandbox, Pod pod) {
        try {
            return sandbox.client().pods().resource(pod).getLog();
        } catch (KubernetesClientException e) {
            return "no log: " + e.getMessage();
        }
    }

    private static void addKinds(Sandbox sandbox, String groupVersion, List<GenericKubernetesResource> objects) {
        sandbox.client().getApiResources(groupVersion).getResources().stream()
                .filter(kind -> kind.getNamespaced()
                        && kind.getVerbs().contains("list")
                        && !kind.getName().contains("/"))
                .forEach(kind -> objects.addAll(sandbox.client()
                        .genericKubernetesResources(new ResourceDefinitionContext.Builder()
                                .withGroup(
                                        groupVersion.contains("/")
                                                ? groupVersion.split("/")[0]
                                                : "")
                                .withVersion(groupVersion.substring(groupVersion.indexOf('/') + 1))
                                .withPlural(kind.getName())
                                .withKind(kind.getKind())
                                .withNamespaced(true)
                                .build())
                        .inNamespace(sandbox.namespace())
                        .list()
                        .getItems()));
    }
}
