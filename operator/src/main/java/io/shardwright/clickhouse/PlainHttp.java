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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Sends statements to servers whose errors client-v2 can't read (before 20.3): the error is the body of the answer. */
final class PlainHttp {
    static final Duration CONNECT = Duration.ofSeconds(5);

    /** Most errors begin with it; those of libraries have "Poco::Exception. " before. */
    private static final Pattern CODE = Pattern.compile("^[^\\n]{0,40}Code: (\\d+)");

    private final HttpClient client;
    private final URI uri;
    private final String authorization;
    private final Duration timeout;

    PlainHttp(HttpClient client, HostDirectory.Address address, Duration timeout) {
        this.client = client;
        this.uri = URI.create(address.url() + "/?wait_end_of_query=1");
        var credentials = (address.user() + ":" + address.password()).getBytes(StandardCharsets.UTF_8);
        this.authorization = "Basic " + Base64.getEncoder().encodeToString(credentials);
        this.timeout = timeout;
    }

    /** The request's own timeout ends with the answer's headers, so the whole answer is waited for with a limit too. */
    String send(String sql, Map<String, String> settings) {
        var request = HttpRequest.newBuilder(uri(settings))
                .header("Authorization", authorization)
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        var answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            return bodyOf(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw noAnswer("no answer within " + timeout.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw noAnswer("interrupted", e);
        } catch (ExecutionException e) {
            throw noAnswer(ServerWords.innermost(e), e.getCause());
        }
    }

    private URI uri(Map<String, String> settings) {
        return settings.isEmpty()
                ? uri
                : URI.create(settings.entrySet().stream()
                        .map(setting -> "&" + setting.getKey() + "=" + setting.getValue())
                        .sorted()
                        .collect(Collectors.joining("", uri.toString(), "")));
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
            throw noAnswer("HTTP status " + answer.statusCode() + " without a ClickHouse error", new IOException());
        }
        throw new ClickHouseException(Integer.parseInt(code.group(1)), ServerWords.tidy(answer.body()), null);
    }

    private static ClickHouseException noAnswer(String message, Throwable cause) {
        return new ClickHouseException(ClickHouseException.NO_ANSWER, message, cause);
    }
}
