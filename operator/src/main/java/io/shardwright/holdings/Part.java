package io.shardwright.holdings;

import java.util.regex.Pattern;

/**
 * A part's name, which tells the range of blocks that it was merged from: partition_min_max_level, and the version of the
 * mutation that it went through last. A name of another form covers nothing but itself.
 */
public record Part(String name, String partition, long min, long max, long level, long mutation) {
    private static final Pattern NAME = Pattern.compile("([^_]+)_(\\d+)_(\\d+)_(\\d+)(?:_(\\d+))?");

    public static Part of(String name) {
        var matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return new Part(name, "", 0, -1, 0, 0);
        }
        var mutation = matcher.group(5);
        return new Part(
                name,
                matcher.group(1),
                number(matcher.group(2)),
                number(matcher.group(3)),
                number(matcher.group(4)),
                mutation == null ? 0 : number(mutation));
    }

    /** Whether this part holds whatever the other does. */
    public boolean covers(Part other) {
        return name.equals(other.name) || contains(other) && level >= other.level && mutation >= other.mutation;
    }

    /** Whether the blocks of the other are among those of this one; a range to drop has no level to compare. */
    public boolean contains(Part other) {
        return !partition.isEmpty()
                && partition.equals(other.partition)
                && min <= other.min
                && max >= other.max
                && other.min <= other.max;
    }

    private static long number(String digits) {
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
    }
}
