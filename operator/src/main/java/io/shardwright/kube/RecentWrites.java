package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A writer that remembers what it wrote until the caches show it.
 *
 * <p>Caches lag behind the API server. A planner that sees an object as it was before its own write may think that nothing is
 * going on, and, for one, restart a second replica while the first is restarting (the simulation of the shard planner finds
 * this within a few seeds). So whoever observes lays the recent writes over what the caches say.
 */
public final class RecentWrites implements KubeWriter {
    /** Longer than any cache lags. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    /** An object that no cache shows may have been deleted since; applying it once more does no harm. */
    private static final Duration REMEMBERED_ALONE = Duration.ofSeconds(1);

    private final KubeWriter writer;
    private final Clock clock;
    private final Map<ObjectRef, Write> writes = new ConcurrentHashMap<>();

    private record Write(HasMetadata object, Instant at) {}

    public RecentWrites(KubeWriter writer, Clock clock) {
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public HasMetadata apply(HasMetadata desired) {
        var applied = writer.apply(desired);
        writes.put(ObjectRef.of(applied), new Write(applied, clock.instant()));
        return applied;
    }

    @Override
    public void createIfAbsent(HasMetadata object) {
        writer.createIfAbsent(object);
    }

    @Override
    public void delete(HasMetadata object) {
        writes.remove(ObjectRef.of(object));
        writer.delete(object);
    }

    @Override
    public void annotatePod(String namespace, String name, Map<String, String> annotations) {
        writer.annotatePod(namespace, name, annotations);
    }

    /** What the caches say, with every recent write that they do not show yet. */
    public Map<ObjectRef, HasMetadata> over(Map<ObjectRef, HasMetadata> cached, String namespace) {
        var objects = new HashMap<>(cached);
        var now = clock.instant();
        writes.forEach((ref, write) -> {
            if (isOutdated(write, cached.get(ref), now)) {
                writes.remove(ref, write);
            } else if (ref.namespace().equals(namespace)) {
                objects.put(ref, write.object());
            }
        });
        return objects;
    }

    private static boolean isOutdated(Write write, HasMetadata cached, Instant now) {
        if (cached == null) {
            return write.at().plus(REMEMBERED_ALONE).isBefore(now);
        }
        return version(cached) >= version(write.object())
                || write.at().plus(REMEMBERED).isBefore(now);
    }

    private static long version(HasMetadata object) {
        return Long.parseLong(object.getMetadata().getResourceVersion());
    }
}
