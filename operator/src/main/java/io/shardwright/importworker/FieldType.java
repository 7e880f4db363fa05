package io.shardwright.importworker;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/** How the values of a type are checked and written. */
sealed interface FieldType {
    /** @return what is wrong with the value, if something is that a server would not notice */
    Optional<String> write(char[] text, int start, int end, boolean isEscaped, Chunk.Bytes to);

    Pattern INTEGER = Pattern.compile("(U?)Int(8|16|32|64)");

    static FieldType of(String type) {
        var bare = bare(type);
        var integer = INTEGER.matcher(bare);
        if (integer.matches()) {
            return new IntegerType(bare, integer.group(1).isEmpty(), Integer.parseInt(integer.group(2)));
        }
        if (bare.equals("Date")) {
            return new DateType();
        }
        return bare.equals("DateTime") || bare.startsWith("DateTime(") ? new DateTimeType() : new TextType();
    }

    private static String bare(String type) {
        for (var wrapper : new String[] {"LowCardinality(", "Nullable("}) {
            if (type.startsWith(wrapper)) {
                return bare(type.substring(wrapper.length(), type.length() - 1));
            }
        }
        return type;
    }

    private static String shown(char[] text, int start, int end) {
        return "\"" + new String(text, start, Math.min(end - start, 100)) + "\"";
    }

    private static void copy(char[] text, int start, int end, Chunk.Bytes to) {
        for (int i = start; i < end; i++) {
            to.add(text[i]);
        }
    }

    /** Anything: the server judges. */
    record TextType() implements FieldType {
        @Override
        public Optional<String> write(char[] text, int start, int end, boolean isEscaped, Chunk.Bytes to) {
            if (isEscaped) {
                copy(text, start, end, to);
                return Optional.empty();
            }
            for (int i = start; i < end; i++) {
                escape(text[i], to);
            }
            return Optional.empty();
        }

        private static void escape(char c, Chunk.Bytes to) {
            char escaped =
                    switch (c) {
                        case '\\' -> '\\';
                        case '\t' -> 't';
                        case '\n' -> 'n';
                        case '\r' -> 'r';
                        case '\0' -> '0';
                        default -> 0;
                    };
            if (escaped != 0) {
                to.add('\\');
                to.add(escaped);
            } else {
                to.add(c);
            }
        }
    }

    /** An integer: ClickHouse would cut off the high bits of one that does not fit. */
    record IntegerType(String name, boolean isSigned, int bits) implements FieldType {
        private static final int SAFE_DIGITS = 18;

        @Override
        public Optional<String> write(char[] text, int start, int end, boolean isEscaped, Chunk.Bytes to) {
            if (isInteger(text, start, end) && !fits(text, start, end)) {
                return Optional.of(shown(text, start, end) + " is out of its range");
            }
            return new TextType().write(text, start, end, isEscaped, to);
        }

        private static boolean isInteger(char[] text, int start, int end) {
            int first = start < end && (text[start] == '-' || text[start] == '+') ? start + 1 : start;
            for (int i = first; i < end; i++) {
                if (text[i] < '0' || text[i] > '9') {
                    return false;
                }
            }
            return first < end;
        }

        private boolean fits(char[] text, int start, int end) {
            boolean isNegative = text[start] == '-';
            int first = isNegative || text[start] == '+' ? start + 1 : start;
            while (first < end - 1 && text[first] == '0') {
                first++;
            }
            if (end - first > SAFE_DIGITS) {
                return fitsBig(new BigInteger(new String(text, first, end - first)), isNegative);
            }
            long magnitude = Long.parseLong(new String(text, first, end - first));
            if (isNegative) {
                return isSigned ? bits == 64 || magnitude <= 1L << bits - 1 : magnitude == 0;
            }
            return bits == 64 || magnitude < 1L << (isSigned ? bits - 1 : bits);
        }

        private boolean fitsBig(BigInteger magnitude, boolean isNegative) {
            var limit = BigInteger.ONE.shiftLeft(isSigned ? bits - 1 : bits);
            return isNegative ? isSigned && magnitude.compareTo(limit) <= 0 : magnitude.compareTo(limit) < 0;
        }
    }

    /** A day, or the day of a timestamp in the zone that it is written in. */
    record DateType() implements FieldType {
        @Override
        public Optional<String> write(char[] text, int start, int end, boolean isEscaped, Chunk.Bytes to) {
            if (!Timestamps.startsWithDate(text, start, end)) {
                return new TextType().write(text, start, end, isEscaped, to);
            }
            if (!Timestamps.isRealDate(text, start)) {
                return Optional.of(shown(text, start, end) + " is no day between 1970 and 2105");
            }
            boolean hasTime = end - start > Timestamps.DATE_LENGTH
                    && (text[start + Timestamps.DATE_LENGTH] == 'T' || text[start + Timestamps.DATE_LENGTH] == ' ');
            return new TextType().write(text, start, hasTime ? start + Timestamps.DATE_LENGTH : end, isEscaped, to);
        }
    }

    /** A second: ISO 8601 with an offset is that moment; without one it is read in the time zone of the column or server. */
    record DateTimeType() implements FieldType {
        /** Exactly ten digits are read as seconds since 1970. */
        private static final int EPOCH_DIGITS = 10;

        @Override
        public Optional<String> write(char[] text, int start, int end, boolean isEscaped, Chunk.Bytes to) {
            if (!Timestamps.startsWithDate(text, start, end)) {
                return new TextType().write(text, start, end, isEscaped, to);
            }
            return switch (Timestamps.parse(text, start, end)) {
                case Timestamps.Moment moment -> writeMoment(moment, to);
                case Timestamps.Local() -> {
                    copy(text, start, start + Timestamps.DATE_LENGTH, to);
                    to.add(' ');
                    copy(text, start + Timestamps.DATE_LENGTH + 1, start + Timestamps.LOCAL_LENGTH, to);
                    yield Optional.empty();
                }
                case Timestamps.Wrong(String why) -> Optional.of(shown(text, start, end) + " " + why);
                case Timestamps.Other() -> new TextType().write(text, start, end, isEscaped, to);
            };
        }

        private static Optional<String> writeMoment(Timestamps.Moment moment, Chunk.Bytes to) {
            long seconds = moment.epochSecond();
            if (seconds < 0 || seconds > 0xFFFF_FFFFL) {
                return Optional.of("a DateTime lies between 1970 and 2106");
            }
            var digits = Long.toString(seconds);
            to.add("0".repeat(EPOCH_DIGITS - digits.length()) + digits);
            return Optional.empty();
        }
    }
}
