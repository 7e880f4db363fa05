package io.shardwright.observability;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;

/** Counts and times passes by controller; nothing is tagged with a resource's name, so that the number of meters is fixed. */
public final class ReconcileMetrics implements Metrics {
    private final MeterRegistry meters;

    public ReconcileMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
        var started = Timer.start(meters);
        var outcome = "failed";
        try {
            var result = execution.execute();
            outcome = "succeeded";
            return result;
        } finally {
            started.stop(meters.timer(
                    "shardwright.reconciles", "controller", execution.controllerName(), "outcome", outcome));
        }
    }

    @Override
    public void failedReconciliation(HasMetadata resource, Exception exception, Map<String, Object> metadata) {
        meters.counter("shardwright.reconcile.errors", "kind", resource.getKind())
                .increment();
    }
}
