package io.shardwright.e2e.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
    static final String START = "operator: container's start to ready, at most (s)";
    static final String MEMORY = "operator with one cluster: RSS (MiB)";
    private static final String RATIO = "2 x 2: by the operator / by hand";

    private static final Map<String, String> BUDGETS = Map.of(
            CREATE, "<= 15",
            RATIO, "<= 1.3",
            ADD_SHARD, "<= 15",
            IDLE_WRITES, "0",
            IDLE_LISTS, "0",
            IDLE_CALLS, "<= 1",
            IDLE_SECONDS, "<= 0.5",
            START, "<= 3",
            MEMORY, "<= 128");

    private final Map<String, List<Double>> measured = new LinkedHashMap<>();

    void add(String what, Duration took) {
        note(what, took.toMillis() / 1000.0);
    }

    void note(String what, double value) {
        System.out.printf(Locale.ROOT, "bench: %-52s %10.3f%n", what, value);
        measured.computeIfAbsent(what, key -> new ArrayList<>()).add(value);
    }

    String table() {
        var lines = new ArrayList<String>();
        lines.add("| what | median | all | budget |");
        lines.add("| --- | --- | --- | --- |");
        measured.forEach((what, values) -> lines.add(row(what, median(values), values.toString())));
        lines.add(row(RATIO, median(measured.get(CREATE)) / median(measured.get(CREATE_BY_HAND)), ""));
        return String.join(System.lineSeparator(), lines);
    }

    private static String row(String what, double value, String all) {
        return String.format(Locale.ROOT, "| %s | %.2f | %s | %s |", what, value, all, BUDGETS.getOrDefault(what, ""));
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }
}
