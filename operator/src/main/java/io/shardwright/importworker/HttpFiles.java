package io.shardwright.importworker;

import io.shardwright.crds.ImportCompression;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads files over HTTP, one after the other, and counts what was transferred. */
final class HttpFiles implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int BUFFER = 1 << 16;
    private static final int[] GZIP = {0x1f, 0x8b};
    private static final int[] BYTE_ORDER_MARK = {0xef, 0xbb, 0xbf};

    /** Statuses below 500 that may be another one a moment later: request timeout, too early, too many requests. */
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);

    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(20))
            .build();
    private final AtomicLong transferred = new AtomicLong();
    private final ImportCompression compression;

    HttpFiles(ImportCompression compression) {
        this.compression = compression;
    }

    long transferred() {
        return transferred.get();
    }

    /** The sum of the files' sizes, if the server tells all of them; a file that is missing is noticed before any is read. */
    OptionalLong totalBytes(List<String> urls) throws IOException {
        long total = 0;
        boolean isKnown = true;
        for (var url : urls) {
            var answer = send(HttpRequest.newBuilder(uri(url)).HEAD(), url, HttpResponse.BodyHandlers.discarding());
            int status = answer.statusCode();
            if (status == HttpURLConnection.HTTP_NOT_FOUND || status == HttpURLConnection.HTTP_GONE) {
                throw refused(url, status);
            }
            var length = answer.headers().firstValueAsLong("Content-Length");
            isKnown &= status == HttpURLConnection.HTTP_OK && length.isPresent();
            total += length.orElse(0);
        }
        return isKnown ? OptionalLong.of(total) : OptionalLong.empty();
    }

    /** The file's text, without compression and byte order mark. */
    InputStream open(String url) throws IOException {
        var answer = send(HttpRequest.newBuilder(uri(url)).GET(), url, HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
            answer.body().close();
            throw refused(url, answer.statusCode());
        }
        var stalling = new StallGuard(answer.body(), transferred);
        var in = new PushbackInputStream(new BufferedInputStream(stalling, BUFFER), BYTE_ORDER_MARK.length);
        boolean isGzip =
                switch (compression) {
                    case Gzip -> true;
                    case None -> false;
                    case Auto -> startsWith(in, GZIP, false);
                };
        var text = isGzip ? new PushbackInputStream(unzip(in, url), BYTE_ORDER_MARK.length) : in;
        startsWith(text, BYTE_ORDER_MARK, true);
        return text;
    }

    /** What is wrong with a compressed file is the file's fault, and not the network's. */
    static RefusedException damaged(String url, IOException e) {
        return new RefusedException(url, 0, "the file is damaged: " + e.getMessage());
    }

    static boolean isDamage(IOException e) {
        return e instanceof ZipException || e instanceof EOFException;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private static InputStream unzip(InputStream in, String url) throws IOException {
        try {
            return new GZIPInputStream(in, BUFFER);
        } catch (ZipException | EOFException e) {
            throw damaged(url, e);
        }
    }

    private static boolean startsWith(PushbackInputStream in, int[] magic, boolean andPassOver) throws IOException {
        var first = in.readNBytes(magic.length);
        boolean isSo = first.length == magic.length;
        for (int i = 0; isSo && i < magic.length; i++) {
            isSo = (first[i] & 0xff) == magic[i];
        }
        if (!isSo || !andPassOver) {
            in.unread(first);
        }
        return isSo;
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, String url, HttpResponse.BodyHandler<T> handler)
            throws IOException {
        try {
            return client.send(request.timeout(ANSWER).build(), handler);
        } catch (IOException e) {
            throw new IOException("could not read " + url + ": " + Words.of(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static URI uri(String url) {
        try {
            var uri = URI.create(url);
            if (uri.getHost() == null) {
                throw new RefusedException(url, 0, "the URL names no host");
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new RefusedException(url, 0, "not a URL: " + e.getMessage());
        }
    }

    private static RuntimeException refused(String url, int status) throws IOException {
        var message = "the file server answered with HTTP status " + status
                + (status == HttpURLConnection.HTTP_NOT_FOUND ? " (not found)" : "");
        if (status >= HttpURLConnection.HTTP_INTERNAL_ERROR || PASSING.contains(status)) {
            throw new IOException(message + ": " + url);
        }
        return new RefusedException(url, 0, message);
    }
}
