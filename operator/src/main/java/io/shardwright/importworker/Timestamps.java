package io.shardwright.importworker;

import java.time.LocalDate;
import java.time.YearMonth;

/** Reads ISO 8601 timestamps, to the second. */
final class Timestamps {
    static final int DATE_LENGTH = 10;
    static final int LOCAL_LENGTH = 19;

    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2105;

    private Timestamps() {}

    sealed interface Reading {}

    /** A timestamp with an offset from UTC. */
    record Moment(long epochSecond) implements Reading {}

    /** A timestamp without an offset. */
    record Local() implements Reading {}

    /** Looks like a timestamp, but is none. */
    record Wrong(String why) implements Reading {}

    /** Not of this form. */
    record Other() implements Reading {}

    static boolean startsWithDate(char[] text, int start, int end) {
        return end - start >= DATE_LENGTH
                && areDigits(text, start, 4)
                && text[start + 4] == '-'
                && areDigits(text, start + 5, 2)
                && text[start + 7] == '-'
                && areDigits(text, start + 8, 2);
    }

    /** False also for days that ClickHouse would silently take for its zero day; that itself, 0000-00-00, is fine. */
    static boolean isRealDate(char[] text, int start) {
        int year = number(text, start, 4);
        int month = number(text, start + 5, 2);
        int day = number(text, start + 8, 2);
        return year == 0 && month == 0 && day == 0
                || year >= FIRST_YEAR
                        && year <= LAST_YEAR
                        && month >= 1
                        && month <= 12
                        && day >= 1
                        && day <= YearMonth.of(year, month).lengthOfMonth();
    }

    /** @param start where the text begins with a date */
    static Reading parse(char[] text, int start, int end) {
        if (!hasTime(text, start, end)) {
            return new Other();
        }
        int hour = number(text, start + 11, 2);
        int minute = number(text, start + 14, 2);
        int second = number(text, start + 17, 2);
        if (!isRealDate(text, start) || hour > 23 || minute > 59 || second > 59) {
            return new Wrong("is no moment between 1970 and 2105");
        }
        int zone = start + LOCAL_LENGTH;
        if (zone < end && text[zone] == '.') {
            zone++;
            while (zone < end && text[zone] == '0') {
                zone++;
            }
            if (zone < end && areDigits(text, zone, 1)) {
                return new Wrong("has a fraction of a second, which the column cannot hold");
            }
        }
        if (zone == end) {
            return new Local();
        }
        int offset = offsetSeconds(text, zone, end);
        if (offset == Integer.MIN_VALUE || number(text, start, 4) == 0) {
            return new Other();
        }
        long days = LocalDate.of(number(text, start, 4), number(text, start + 5, 2), number(text, start + 8, 2))
                .toEpochDay();
        return new Moment(days * 86_400 + hour * 3_600 + minute * 60 + second - offset);
    }

    private static boolean hasTime(char[] text, int start, int end) {
        return end - start >= LOCAL_LENGTH
                && (text[start + 10] == 'T' || text[start + 10] == ' ')
                && areDigits(text, start + 11, 2)
                && text[start + 13] == ':'
                && areDigits(text, start + 14, 2)
                && text[start + 16] == ':'
                && areDigits(text, start + 17, 2);
    }

    /** Z, ±hh, ±hhmm or ±hh:mm; {@link Integer#MIN_VALUE} for anything else. */
    private static int offsetSeconds(char[] text, int start, int end) {
        if (end - start == 1 && (text[start] == 'Z' || text[start] == 'z')) {
            return 0;
        }
        int length = end - start;
        if (text[start] != '+' && text[start] != '-' || length < 3 || !areDigits(text, start + 1, 2)) {
            return Integer.MIN_VALUE;
        }
        int minutes = start + 3 < end && text[start + 3] == ':' ? start + 4 : start + 3;
        if (minutes != end && (end - minutes != 2 || !areDigits(text, minutes, 2))) {
            return Integer.MIN_VALUE;
        }
        int seconds = number(text, start + 1, 2) * 3_600 + (minutes == end ? 0 : number(text, minutes, 2) * 60);
        return text[start] == '-' ? -seconds : seconds;
    }

    private static boolean areDigits(char[] text, int start, int count) {
        if (start + count > text.length) {
            return false;
        }
        for (int i = start; i < start + count; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return false;
            }
        }
        return true;
    }

    private static int number(char[] text, int start, int count) {
        int value = 0;
        for (int i = start; i < start + count; i++) {
            value = value * 10 + text[i] - '0';
        }
        return value;
    }
}
