package io.shardwright.e2e.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was measured, as medians. */
final class Report {
    static final String CREATE = "2 x 2: apply to ready, by the operator (s)";
    static final String CREATE_BY_HAND = "2 x 2: the same objects applied by hand (s)";
    static final String ADD_SHARD = "a shard more for 3 x 2: apply to ready (s)";
    static final String IDLE_PASSES = "nothing to do, 6 hosts: passes in 70 s";
    static final String IDLE_WRITES = "nothing to do: API writes, by anyone, in 70 s";
    static final String IDLE_LISTS = "nothing to do: API lists, by anyone, in 70 s";
    static final String IDLE_CALLS = "nothing to do: SQL round trips a host and look";
    static final String IDLE_SECONDS = "nothing to do: seconds a pass";
    static final String SCALE = "scaling 1 x 2 with data to 2 x 2: apply to balanced, by the operator (s)";
    static final String SCALE_BY_HAND = "scaling: the same objects, tables and moves by hand (s)";
    static final String SCALE_RECEIVED = "scaling: the new shard's hosts received, by the operator (MiB)";
    static final String SCALE_RECEIVED_BY_HAND = "scaling: they received, by hand (MiB)";
    static final String REPLACE = "replacement: volume and pod gone to in sync and serving, by the operator (s)";
    static final String REPLACE_BY_HAND = "replacement: pod start, tables and fetch by hand (s)";
    static final String REPLACE_RECEIVED = "replacement: the host received, by the operator (MiB)";
    static final String REPLACE_RECEIVED_BY_HAND = "replacement: it received, by hand (MiB)";
    static final String REBALANCE = "rebalance: apply to done, by the operator (s)";
    static final String REBALANCE_BY_HAND = "rebalance: FETCH, ATTACH and DROP PARTITION by hand (s)";
    static final String REBALANCE_RATE = "rebalance: rate, by the operator (MiB/s)";
    static final String FETCH_RATE = "rebalance: rate of FETCH PARTITION alone (MiB/s)";
    static final String REBALANCE_MOVED = "rebalance: bytes of the partitions moved, by the operator (MiB)";
    static final String REBALANCE_LEAST = "rebalance: the least that reaches the balance (MiB)";
    static final String REBALANCE_RECEIVED = "rebalance: the target's hosts received, by the operator (MiB)";
    static final String REBALANCE_RECEIVED_BY_HAND = "rebalance: they received, by hand (MiB)";
    static final String START = "operator: container's start to ready, at most (s)";
    static final String MEMORY = "operator with one cluster: RSS (MiB)";

    private static final Map<String, String> BUDGETS = Map.of(
            CREATE, "<= 15",
            ADD_SHARD, "<= 15",
            IDLE_WRITES, "0",
            IDLE_LISTS, "0",
            IDLE_CALLS, "<= 1",
            IDLE_SECONDS, "<= 0.5",
            START, "<= 3",
            MEMORY, "<= 128");

    private record Ratio(String name, String of, String to, String budget) {}

    private static final List<Ratio> RATIOS = List.of(
            new Ratio("2 x 2: by the operator / by hand", CREATE, CREATE_BY_HAND, "<= 1.3"),
            new Ratio("scaling: time, by the operator / by hand", SCALE, SCALE_BY_HAND, ""),
            new Ratio("scaling: bytes received, by the operator / by hand", SCALE_RECEIVED, SCALE_RECEIVED_BY_HAND, ""),
            new Ratio("replacement: time, by the operator / by hand", REPLACE, REPLACE_BY_HAND, "<= 1.3"),
            new Ratio(
                    "replacement: bytes received, by the operator / by hand",
                    REPLACE_RECEIVED,
                    REPLACE_RECEIVED_BY_HAND,
                    ""),
            new Ratio("rebalance: time, by the operator / by hand", REBALANCE, REBALANCE_BY_HAND, ""),
            new Ratio("rebalance: rate, by the operator / FETCH PARTITION alone", REBALANCE_RATE, FETCH_RATE, ">= 0.8"),
            new Ratio("rebalance: bytes moved / the least", REBALANCE_MOVED, REBALANCE_LEAST, "<= 1.05"),
            new Ratio(
                    "rebalance: bytes received, by the operator / by hand",
                    REBALANCE_RECEIVED,
                    REBALANCE_RECEIVED_BY_HAND,
                    ""));

    private final Map<String, List<Double>> measured = new LinkedHashMap<>();

    void add(String what, Duration took) {
        note(what, took.toMillis() / 1000.0);
    }

    void addBytes(String what, long bytes) {
        note(what, bytes / (double) (1 << 20));
    }

    void note(String what, double value) {
        System.out.printf(Locale.ROOT, "bench: %-78s %10.3f%n", what, value);
        measured.computeIfAbsent(what, key -> new ArrayList<>()).add(value);
    }

    String table() {
        var lines = new ArrayList<String>();
        lines.add("| what | median | all | budget |");
        lines.add("| --- | --- | --- | --- |");
        measured.forEach((what, values) -> lines.add(row(what, values, BUDGETS.getOrDefault(what, ""))));
        RATIOS.stream()
                .filter(ratio -> measured.keySet().containsAll(List.of(ratio.of(), ratio.to())))
                .forEach(ratio -> lines.add(row(
                        ratio.name(),
                        List.of(median(measured.get(ratio.of())) / median(measured.get(ratio.to()))),
                        ratio.budget())));
        return String.join(System.lineSeparator(), lines);
    }

    private static String row(String what, List<Double> values, String budget) {
        var all = values.size() == 1 ? "" : values.stream().map(Report::rounded).collect(Collectors.joining(", "));
        return "| " + what + " | " + rounded(median(values)) + " | " + all + " | " + budget + " |";
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }
}
