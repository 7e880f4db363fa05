package io.shardwright.clickhouse;

import java.util.Arrays;
import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * How things are said to a server of a version. Every difference between versions that the operator knows has a question
 * here; nothing else compares versions.
 */
public record Dialect(int year, int month, int patch) implements Comparable<Dialect> {
    private static final Pattern VERSION = Pattern.compile("^(\\d+)\\.(\\d+)(\\.(\\d+))?([.-].*)?$");
    private static final Comparator<Dialect> ORDER = Comparator.comparingInt(Dialect::year)
            .thenComparingInt(Dialect::month)
            .thenComparingInt(Dialect::patch);

    /**
     * @param version as a user or a server writes it, e.g. 26.3, 18.16.1 or 26.3.2.11; a missing patch is the newest one of
     *     its release
     * @throws IllegalArgumentException when it is no version
     */
    public static Dialect of(String version) {
        var matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a version of ClickHouse: " + version);
        }
        var patch = matcher.group(4);
        return new Dialect(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                patch == null ? Integer.MAX_VALUE : Integer.parseInt(patch));
    }

    /** A failed statement's error code is in a header of the answer. */
    public boolean errorsHaveACodeHeader() {
        return isAtLeast(20, 3, 2);
    }

    /** system.parts tells a checksum of each part; before, it stands in the coordination alone. */
    public boolean hasPartHashes() {
        return isAtLeast(20, 1);
    }

    /** system.disks tells how much is free. */
    public boolean hasDisks() {
        return isAtLeast(20, 1);
    }

    /** A table can be told how fast it may fetch. */
    public boolean throttlesFetches() {
        return isAtLeast(21, 12);
    }

    /** SYSTEM DROP REPLICA; before, a replica's metadata goes only with its znodes. */
    public boolean hasDropReplica() {
        return isAtLeast(20, 6);
    }

    /** CREATE FUNCTION, and system.functions tells the statements. */
    public boolean hasSqlFunctions() {
        return isAtLeast(21, 11);
    }

    /** @param replica that is not active, of the table that has this path in the coordination */
    public String dropReplica(String replica, String tablePath) {
        return "SYSTEM DROP REPLICA " + Sql.literal(replica) + " FROM ZKPATH " + Sql.literal(tablePath);
    }

    /**
     * Drops a table, and its replica's metadata, before the statement returns. Databases of the kind that is the default
     * since 20.10 do it minutes later unless told, and the table could not be created again until then.
     */
    public String dropTable(String qualifiedName) {
        return "DROP TABLE IF EXISTS " + qualifiedName + (isAtLeast(20, 10, 3) ? " NO DELAY" : "");
    }

    private boolean isAtLeast(int... version) {
        var parts = Arrays.copyOf(version, 3);
        return compareTo(new Dialect(parts[0], parts[1], parts[2])) >= 0;
    }

    @Override
    public int compareTo(Dialect other) {
        return ORDER.compare(this, other);
    }
}
