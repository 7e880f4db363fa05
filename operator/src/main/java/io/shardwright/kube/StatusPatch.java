package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.util.Objects;
import java.util.function.Supplier;

/** Writes a resource's status, once a pass, and only if it changed. */
public final class StatusPatch {
    private StatusPatch() {}

    /**
     * @param fresh makes an empty resource of the kind: server-side apply owns just the fields that are sent
     */
    public static <S, R extends CustomResource<?, S>> UpdateControl<R> of(R resource, S status, Supplier<R> fresh) {
        return of(resource, resource.getStatus(), status, fresh);
    }

    /**
     * For one of several writers of a status.
     *
     * @param previous what the resource's status says of the fields that this writer owns, the others null
     * @param status the same fields as they are now
     */
    public static <S, R extends CustomResource<?, S>> UpdateControl<R> of(
            R resource, S previous, S status, Supplier<R> fresh) {
        if (Objects.equals(previous, status)) {
            return UpdateControl.noUpdate();
        }
        var patch = fresh.get();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(resource.getMetadata().getName())
                .withNamespace(resource.getMetadata().getNamespace())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch);
    }
}
