package io.shardwright.observability;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes Kubernetes Events, off the reconcilers' threads: nobody waits for them, and when they come faster than the API
 * server takes them the newest are dropped. The same Event is published at most once in ten minutes.
 */
public final class EventPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);
    private static final int QUEUE = 1_000;
    private static final int REMEMBERED = 1_000;
    private static final int LONGEST_MESSAGE = 1_000;
    private static final Duration PAUSE = Duration.ofMinutes(10);
    private static final String COMPONENT = "shardwright";

    private final KubernetesClient client;
    private final Clock clock;
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUE),
            Thread.ofPlatform().daemon().name("events").factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    /** When each Event was published last; guarded by itself. */
    private final Map<String, Instant> published = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > REMEMBERED;
        }
    };

    public EventPublisher(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    void normal(HasMetadata regarding, String reason, String message) {
        publish(regarding, "Normal", reason, message);
    }

    void warn(HasMetadata regarding, String reason, String message) {
        publish(regarding, "Warning", reason, message);
    }

    private void publish(HasMetadata regarding, String type, String reason, String message) {
        var text = message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
        if (isNews(regarding.getMetadata().getUid() + reason + text)) {
            executor.execute(() -> create(regarding, type, reason, text));
        }
    }

    private boolean isNews(String key) {
        var now = clock.instant();
        synchronized (published) {
            var last = published.get(key);
            if (last != null && last.plus(PAUSE).isAfter(now)) {
                return false;
            }
            published.put(key, now);
            return true;
        }
    }

    private void create(HasMetadata regarding, String type, String reason, String message) {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        var metadata = regarding.getMetadata();
        var event = new EventBuilder()
                .withNewMetadata()
                .withGenerateName(metadata.getName() + ".")
                .withNamespace(metadata.getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(regarding.getApiVersion())
                .withKind(regarding.getKind())
                .withName(metadata.getName())
                .withNamespace(metadata.getNamespace())
                .withUid(metadata.getUid())
                .endInvolvedObject()
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .withReportingComponent(COMPONENT)
                .withReportingInstance(COMPONENT)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            // A namespace that is going away takes no Events, and losing one harms nothing.
            LOG.atDebug().addKeyValue("why", e.getMessage()).log("event not published");
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
