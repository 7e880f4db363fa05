package io.shardwright.e2e.harness;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Samples of Prometheus' text format, by name with labels; without those that are infinite or not a number. */
public record Metrics(Map<String, Double> samples) {
    private static final Pattern SAMPLE =
            Pattern.compile("^([a-zA-Z_:][^ {]*(?:\\{.*})?) ([-+0-9.eE]+)$", Pattern.MULTILINE);

    public static Metrics parse(String text) {
        var samples = new TreeMap<String, Double>();
        SAMPLE.matcher(text).results().forEach(match -> samples.put(match.group(1), Double.valueOf(match.group(2))));
        return new Metrics(samples);
    }

    /** The sum of all samples of a name whose labels hold each of the texts, e.g. {@code verb="PATCH"}. */
    public double sum(String name, String... labels) {
        return samples.entrySet().stream()
                .filter(sample ->
                        sample.getKey().equals(name) || sample.getKey().startsWith(name + "{"))
                .filter(sample -> Arrays.stream(labels).allMatch(sample.getKey()::contains))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
