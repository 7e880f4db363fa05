package io.shardwright.importjob;

import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.WorkerProgress;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Asks workers over HTTP, and does not wait long for them: an import goes on without its progress being told. */
final class HttpProgressClient implements ProgressClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    @Override
    public Optional<WorkerProgress> progressOf(String podAddress) {
        var host = podAddress.contains(":") ? "[" + podAddress + "]" : podAddress;
        var uri = URI.create("http://" + host + ":" + ImportResources.PROGRESS_PORT + "/progress");
        try {
            var answer = client.send(
                    HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == HttpURLConnection.HTTP_OK
                    ? Optional.of(ImportJson.read(answer.body(), WorkerProgress.class))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
