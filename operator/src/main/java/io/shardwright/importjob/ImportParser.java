package io.shardwright.importjob;

import io.shardwright.crds.ImportCompression;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportJobSpec;
import io.shardwright.importspec.StagingNames;
import io.shardwright.plan.Parsed;
import io.shardwright.topology.Owners;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Turns an ImportJob into an intent, or says what is wrong with it that the API server could not. */
final class ImportParser {
    private static final int DEFAULT_BACKOFF_LIMIT = 3;

    private ImportParser() {}

    static Parsed<ImportIntent> parse(ImportJob resource) {
        var spec = resource.getSpec();
        if (spec == null || spec.source() == null || spec.source().http() == null) {
            return new Parsed.Rejected<>("spec is missing: add spec with table and source.http");
        }
        return problemOf(spec)
                .<Parsed<ImportIntent>>map(Parsed.Rejected::new)
                .orElseGet(() -> new Parsed.Accepted<>(intent(resource, spec)));
    }

    private static Optional<String> problemOf(ImportJobSpec spec) {
        return Stream.concat(
                        spec.source().http().urls().stream().flatMap(url -> badUrl(url).stream()),
                        repeated(spec.source().columns()).stream())
                .findFirst();
    }

    private static Optional<String> badUrl(String url) {
        try {
            var uri = URI.create(url);
            if (uri.getHost() == null) {
                return Optional.of("source.http.urls: \"" + url + "\" names no host; write http://host/path");
            }
            // What is in a spec, everybody who may read the resource can read.
            return uri.getUserInfo() == null
                    ? Optional.empty()
                    : Optional.of("source.http.urls: a URL of host " + uri.getHost()
                            + " holds a user name or password; serve the file without one");
        } catch (IllegalArgumentException e) {
            return Optional.of("source.http.urls: \"" + url + "\" is not a URL (" + e.getMessage()
                    + "); encode blanks and other special characters as %20 and the like");
        }
    }

    private static Optional<String> repeated(List<String> columns) {
        var seen = new HashSet<String>();
        return (columns == null ? List.<String>of() : columns)
                .stream()
                        .filter(column -> !seen.add(column))
                        .findFirst()
                        .map(column -> "source.columns: " + column + " appears twice; name each field once");
    }

    private static ImportIntent intent(ImportJob resource, ImportJobSpec spec) {
        var source = spec.source();
        return new ImportIntent(
                resource.getMetadata().getNamespace(),
                resource.getMetadata().getName(),
                Owners.of(
                        "ImportJob",
                        resource.getMetadata().getName(),
                        resource.getMetadata().getUid()),
                StagingNames.of(resource.getMetadata().getUid()),
                spec.table(),
                source.http().urls(),
                source.format(),
                Objects.requireNonNullElse(source.compression(), ImportCompression.Auto),
                Objects.requireNonNullElse(source.nullTexts(), List.of("\\N")),
                Optional.ofNullable(source.columns()),
                Objects.requireNonNullElse(spec.backoffLimit(), DEFAULT_BACKOFF_LIMIT));
    }
}
