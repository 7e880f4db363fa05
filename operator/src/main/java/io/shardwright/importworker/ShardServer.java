package io.shardwright.importworker;

import io.shardwright.importspec.ImportSpec;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The server that stages one shard's rows. Nothing is ever tried again: a worker whose statement has an unclear outcome ends,
 * and the next one starts with a table of its own.
 *
 * <p>Plain HTTP rather than client-v2, which can neither send an external table nor read the errors of servers before 20.3.
 */
final class ShardServer {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Pattern CODE = Pattern.compile("Code: (\\d+)");

    private final HttpClient client;
    private final ImportSpec.Shard shard;
    private final String user;
    private final String password;

    ShardServer(HttpClient client, ImportSpec.Shard shard, String user, String password) {
        this.client = client;
        this.shard = shard;
        this.user = user;
        this.password = password;
    }

    void execute(String sql) throws IOException {
        send("?wait_end_of_query=1", BodyPublishers.ofString(sql), "text/plain");
    }

    /** Rows in TabSeparated, as one INSERT: they are in whole, or not at all. */
    void insert(String sql, byte[] rows, int length) throws IOException {
        send("?query=" + encoded(sql), BodyPublishers.ofByteArray(rows, 0, length), "text/tab-separated-values");
    }

    /** Runs a query over rows in TabSeparated, which it sees as table _data, and returns the answer's bytes. */
    byte[] query(String sql, String structure, byte[] rows, int length) throws IOException {
        var boundary = UUID.randomUUID().toString();
        var head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"_data\"; filename=\"_data\"\r\n\r\n";
        var body = BodyPublishers.concat(
                BodyPublishers.ofString(head),
                BodyPublishers.ofByteArray(rows, 0, length),
                BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
        return send(
                "?wait_end_of_query=1&query=" + encoded(sql) + "&_data_format=TabSeparated&_data_structure="
                        + encoded(structure),
                body,
                "multipart/form-data; boundary=" + boundary);
    }

    private byte[] send(String parameters, BodyPublisher body, String contentType) throws IOException {
        var request = HttpRequest.newBuilder(URI.create(shard.url() + "/" + parameters))
                .header("X-ClickHouse-User", user)
                .header("X-ClickHouse-Key", password)
                .header("Content-Type", contentType)
                .timeout(LONGEST)
                .POST(body)
                .build();
        try {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() == HttpURLConnection.HTTP_OK) {
                return answer.body();
            }
            throw refusal(new String(answer.body(), StandardCharsets.UTF_8), answer.statusCode());
        } catch (ServerException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("host " + shard.host() + ": " + Words.of(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private ServerException refusal(String body, int status) {
        var code = CODE.matcher(body);
        return code.find()
                ? new ServerException(shard.host(), Integer.parseInt(code.group(1)), body)
                : new ServerException(shard.host(), 0, "HTTP status " + status + ": " + body);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
