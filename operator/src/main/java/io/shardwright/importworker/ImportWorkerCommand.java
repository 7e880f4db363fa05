package io.shardwright.importworker;

import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.WorkerReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs one worker of an import to its end; its last words go where Kubernetes keeps them in the pod's status. */
@Command(
        name = "import-worker",
        description = "Loads files into the staging tables of an import. Run by its Kubernetes Job.")
public final class ImportWorkerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ImportWorkerCommand.class);

    @Option(names = "--spec", required = true, description = "The import's specification, a JSON file.")
    Path spec;

    @Option(
            names = "--termination-log",
            defaultValue = "/dev/termination-log",
            description = "Where to write the result (default: ${DEFAULT-VALUE}).")
    Path terminationLog;

    @Option(
            names = "--port",
            defaultValue = "8080",
            description = "Port of GET /progress; 0 picks a free one (default: ${DEFAULT-VALUE}).")
    int port;

    private final Map<String, String> environment;

    public ImportWorkerCommand() {
        this(System.getenv());
    }

    /** @param environment holds SHARDWRIGHT_ATTEMPT, the name of the pod, and SHARDWRIGHT_PASSWORD */
    public ImportWorkerCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        var attempt = attempt(environment.getOrDefault("SHARDWRIGHT_ATTEMPT", "manual"));
        var job = ImportJson.read(Files.readString(spec), ImportSpec.class);
        try (var worker = new ImportWorker(
                        job, attempt, environment.getOrDefault("SHARDWRIGHT_PASSWORD", ""), Instant.now());
                var progress = ProgressServer.start(port, worker::progress)) {
            LOG.info("importing {} files, progress on port {}", job.urls().size(), progress.port());
            return finish(worker.run(), 0);
        } catch (RefusedException e) {
            var line = e.line().isPresent() ? e.line().getAsLong() : null;
            return finish(failed(attempt, e.file().orElse(null), line, e.getMessage()), WorkerReport.EXIT_REFUSED);
        } catch (IOException e) {
            return finish(failed(attempt, null, null, Words.shorten(e.getMessage())), WorkerReport.EXIT_INTERRUPTED);
        }
    }

    /** The last part of the pod's name tells the pods of a Job apart. */
    private static String attempt(String podName) {
        var last = podName.substring(podName.lastIndexOf('-') + 1);
        return last.replaceAll("[^a-z0-9]", "");
    }

    private static WorkerReport failed(String attempt, String file, Long line, String message) {
        return new WorkerReport(attempt, List.of(), 0, new WorkerReport.Failure(file, line, Words.shorten(message)));
    }

    private int finish(WorkerReport report, int exitCode) throws IOException {
        var json = ImportJson.write(report);
        LOG.info("ends with exit code {}: {}", exitCode, json);
        Files.writeString(terminationLog, json);
        return exitCode;
    }
}
