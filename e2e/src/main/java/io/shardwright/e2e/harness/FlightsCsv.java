package io.shardwright.e2e.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * What the flights' file holds, read by nothing of the operator's: the file has no quotes, so a line splits at its commas.
 *
 * @param sums of each numeric column, NULLs left out
 * @param nulls how many values of each column are NULL
 */
public record FlightsCsv(long rows, Map<String, Long> sums, Map<String, Long> nulls) {
    private static final List<String> TEXTS = List.of("carrier", "tailnum", "origin", "dest", "time_hour");

    public static FlightsCsv read() {
        try (var file = Files.newInputStream(Repository.path("examples/flights/data/flights.csv.gz"));
                var lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            return count(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FlightsCsv count(BufferedReader lines) throws IOException {
        var names = lines.readLine().split(",");
        var sums = new TreeMap<String, Long>();
        var nulls = new TreeMap<String, Long>();
        long rows = 0;
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var fields = line.split(",", -1);
            for (int i = 0; i < names.length; i++) {
                if (fields[i].isEmpty() || fields[i].equals("NA")) {
                    nulls.merge(names[i], 1L, Long::sum);
                } else if (!TEXTS.contains(names[i])) {
                    sums.merge(names[i], Long.parseLong(fields[i]), Long::sum);
                }
            }
            rows++;
        }
        return new FlightsCsv(rows, sums, nulls);
    }
}
