package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a resource's status, once a pass, and only if it changed.
 *
 * <p>The pass writes it, and does not leave it to the framework: the next pass then finds it in the cache at once, whatever the
 * watch has told until then. One that compared its status with an older one would take it for said already.
 */
public final class StatusPatch {
    private static final Logger LOG = LoggerFactory.getLogger(StatusPatch.class);

    private StatusPatch() {}

    /**
     * Writes the status of a resource that has one writer.
     *
     * @param fresh makes an empty resource of the kind: server-side apply owns just the fields that are sent
     */
    public static <S, R extends CustomResource<?, S>> UpdateControl<R> write(
            R resource, S status, Supplier<R> fresh, Context<R> context) {
        return write(resource, resource.getStatus(), status, fresh, context);
    }

    /**
     * Writes what one of several writers of a status has to say.
     *
     * @param previous what the resource's status says of the fields that this writer owns, the others null
     * @param status the same fields as they are now
     */
    public static <S, R extends CustomResource<?, S>> UpdateControl<R> write(
            R resource, S previous, S status, Supplier<R> fresh, Context<R> context) {
        if (!Objects.equals(previous, status)) {
            var patch = fresh.get();
            patch.setMetadata(new ObjectMetaBuilder()
                    .withName(resource.getMetadata().getName())
                    .withNamespace(resource.getMetadata().getNamespace())
                    .build());
            patch.setStatus(status);
            PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(resource, patch, context);
        }
        return UpdateControl.noUpdate();
    }

    /**
     * The same for a cleanup. What cannot be written is said again at the next look: news must not keep a resource from going,
     * e.g. in a namespace that goes and has lost the operator's Role already.
     */
    public static <S, R extends CustomResource<?, S>> void tryToWrite(
            R resource, S status, Supplier<R> fresh, Context<R> context) {
        try {
            write(resource, status, fresh, context);
        } catch (KubernetesClientException e) {
            LOG.atDebug().addKeyValue("why", KubeErrors.messageOf(e)).log("status not written");
        }
    }

    /**
     * What to do about a pass that threw: a resource that was deleted meanwhile needs no status, nor another try; the rest is
     * for the framework to log and to try again.
     */
    public static <R extends HasMetadata> ErrorStatusUpdateControl<R> unlessGone(R resource, Exception e) {
        return e instanceof KubernetesClientException refusal && KubeErrors.isGone(resource, refusal)
                ? ErrorStatusUpdateControl.<R>noStatusUpdate().withNoRetry()
                : ErrorStatusUpdateControl.defaultErrorProcessing();
    }
}
