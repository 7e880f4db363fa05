package io.shardwright.importjob;

import io.shardwright.crds.ImportJobStatus;
import io.shardwright.crds.ImportPhase;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.importspec.WorkerProgress;
import io.shardwright.importspec.WorkerReport;
import io.shardwright.plan.Amounts;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How far an import is, in numbers and for people. */
record ImportProgress(
        Long rows,
        Long bytes,
        Long totalBytes,
        Integer percent,
        String shown,
        Long rowsPerSecond,
        String rate,
        String left,
        String startTime) {
    private static final int ALL = 100;

    static ImportProgress of(Optional<ImportJobStatus> previous, Worker worker, ImportPhase phase, Instant now) {
        if (worker instanceof Worker.Running running && running.progress().isPresent()) {
            return running(running.progress().get(), now);
        }
        var before = previous.map(ImportProgress::of)
                .orElseGet(() -> new ImportProgress(null, null, null, null, null, null, null, null, null));
        if (worker instanceof Worker.Done done && phase != ImportPhase.Failed) {
            return before.done(done.report(), now);
        }
        return phase == ImportPhase.Failed ? before.over() : before;
    }

    private static ImportProgress of(ImportJobStatus status) {
        return new ImportProgress(
                status.rows(),
                status.bytes(),
                status.totalBytes(),
                status.percent(),
                status.progress(),
                status.rowsPerSecond(),
                status.rate(),
                status.left(),
                status.startTime());
    }

    private static ImportProgress running(WorkerProgress worker, Instant now) {
        var elapsed = Duration.between(Instant.parse(worker.startedAt()), now);
        double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
        long rowsPerSecond = Math.round(worker.rows() / seconds);
        boolean knowsTotal = worker.totalBytes() != null && worker.totalBytes() > 0;
        // All bytes are read a while before all rows are in.
        var percent = knowsTotal ? (int) Math.min(ALL - 1, worker.bytes() * ALL / worker.totalBytes()) : null;
        var left = knowsTotal && worker.bytes() > 0
                ? Amounts.duration(Duration.ofSeconds(
                        Math.round((worker.totalBytes() - worker.bytes()) / (worker.bytes() / seconds))))
                : null;
        return new ImportProgress(
                worker.rows(),
                worker.bytes(),
                worker.totalBytes(),
                percent,
                knowsTotal ? percent + "%" : Amounts.bytes(worker.bytes()),
                rowsPerSecond,
                Amounts.rate(rowsPerSecond),
                left,
                worker.startedAt());
    }

    /** The rate over the whole run, told once: a short run may have ended before its rate was ever worth telling. */
    private ImportProgress done(WorkerReport report, Instant now) {
        if (percent != null && percent == ALL) {
            return this;
        }
        var perSecond = startTime == null ? null : perSecond(report.rows(), Instant.parse(startTime), now);
        return new ImportProgress(
                report.rows(),
                report.bytes(),
                totalBytes == null ? Long.valueOf(report.bytes()) : totalBytes,
                ALL,
                ALL + "%",
                perSecond,
                perSecond == null ? null : Amounts.rate(perSecond),
                null,
                startTime);
    }

    private static Long perSecond(long rows, Instant from, Instant to) {
        return Math.round(rows / Math.max(0.001, Duration.between(from, to).toMillis() / 1000.0));
    }

    private ImportProgress over() {
        return new ImportProgress(rows, bytes, totalBytes, percent, shown, rowsPerSecond, rate, null, startTime);
    }
}
