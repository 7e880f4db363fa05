package io.shardwright.plan;

import java.time.Duration;
import java.util.Locale;

/** Amounts as people read them, in the manner of kubectl. */
public final class Amounts {
    private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
    private static final String[] DECIMAL = {"", "k", "M", "G", "T"};

    private Amounts() {}

    /** Bytes with a binary prefix, e.g. 31Mi; below 10 of a unit with one decimal, e.g. 1.2Gi. */
    public static String bytes(long bytes) {
        return scaled(bytes, 1024, BINARY);
    }

    /** Rows per second, e.g. 412k/s. */
    public static String rate(long perSecond) {
        return scaled(perSecond, 1000, DECIMAL) + "/s";
    }

    /** A duration, e.g. 40s, 5m12s or 3h5m. */
    public static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        return seconds < 3600
                ? seconds / 60 + "m" + seconds % 60 + "s"
                : seconds / 3600 + "h" + seconds % 3600 / 60 + "m";
    }

    /** A duration as users write it: a number and one of s, m, h and d. */
    public static Duration parseDuration(String text) {
        long count = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 'd' -> Duration.ofDays(count);
            case 'h' -> Duration.ofHours(count);
            case 'm' -> Duration.ofMinutes(count);
            default -> Duration.ofSeconds(count);
        };
    }

    private static String scaled(long value, int base, String[] units) {
        double scaled = value;
        int unit = 0;
        while (scaled >= base && unit < units.length - 1) {
            scaled /= base;
            unit++;
        }
        return unit > 0 && scaled < 10
                ? String.format(Locale.ROOT, "%.1f%s", scaled, units[unit])
                : Math.round(scaled) + units[unit];
    }
}
