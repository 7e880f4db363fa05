package io.shardwright.clickhouse;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Sends statements to servers whose errors client-v2 can't read (before 20.3): the error is the body of the answer. */
final class PlainHttp {
    static final Duration CONNECT = Duration.ofSeconds(5);

    /** Most errors begin with it; those of libraries have "Poco::Exception. " before. */
    private static final Pattern CODE = Pattern.compile("^[^\\n]{0,40}Code: (\\d+)");

    private final HttpClient client;
    private final String uri;
    private final String authorization;

    PlainHttp(HttpClient client, HostDirectory.Address address) {
        this.client = client;
        this.uri = address.url() + "/?wait_end_of_query=1";
        var credentials = (address.user() + ":" + address.password()).getBytes(StandardCharsets.UTF_8);
        this.authorization = "Basic " + Base64.getEncoder().encodeToString(credentials);
    }

    /**
     * @param queryId by which the server knows the statement while it runs
     * @param settings of this statement alone
     */
    String send(String sql, String queryId, Map<String, String> settings) {
        var request = HttpRequest.newBuilder(uri(queryId, settings))
                .header("Authorization", authorization)
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        try {
            return bodyOf(client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ClickHouseException.noAnswer("interrupted", e);
        } catch (IOException e) {
            throw ClickHouseException.noAnswer(ServerWords.innermost(e), e);
        }
    }

    private URI uri(String queryId, Map<String, String> settings) {
        return URI.create(settings.entrySet().stream()
                .map(setting -> "&" + setting.getKey() + "=" + setting.getValue())
                .sorted()
                .collect(Collectors.joining("", uri + "&query_id=" + queryId, "")));
    }

    /** For all hosts: each client has a thread of its own, and finds by itself the connections that belong to a host. */
    static HttpClient newClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    private static String bodyOf(HttpResponse<String> answer) {
        if (answer.statusCode() == HttpURLConnection.HTTP_OK) {
            return answer.body();
        }
        var code = CODE.matcher(answer.body());
        if (!code.find()) {
            throw ClickHouseException.noAnswer(
                    "HTTP status " + answer.statusCode() + " without a ClickHouse error", null);
        }
        throw new ClickHouseException(Integer.parseInt(code.group(1)), ServerWords.tidy(answer.body()), null);
    }
}
