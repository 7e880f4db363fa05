package io.shardwright.importworker;

import io.shardwright.importspec.TargetTable.Column;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of one file in TabSeparated, and where each of them came from. What it holds is bounded by {@link #isFull()}, however
 * large the file is.
 */
final class Chunk {
    private static final int MAX_ROWS = 262_144;
    private static final int MAX_BYTES = 16 << 20;
    private static final int FIRST_ROWS = 4_096;

    private final String file;
    private final List<Column> columns;
    private final Bytes data = new Bytes();
    private final Bytes keys = new Bytes();
    private int[] ends = new int[FIRST_ROWS];
    private long[] lines = new long[FIRST_ROWS];
    private int rows;

    /** @param columns that every row has a field for, in order */
    Chunk(String file, List<Column> columns) {
        this.file = file;
        this.columns = columns;
    }

    void endRow(long line) {
        if (rows == ends.length) {
            ends = Arrays.copyOf(ends, rows * 2);
            lines = Arrays.copyOf(lines, rows * 2);
        }
        ends[rows] = data.size();
        lines[rows] = line;
        rows++;
    }

    boolean isFull() {
        return rows >= MAX_ROWS || data.size() >= MAX_BYTES;
    }

    boolean isEmpty() {
        return rows == 0;
    }

    String file() {
        return file;
    }

    List<Column> columns() {
        return columns;
    }

    int rows() {
        return rows;
    }

    /** @param row from 0 */
    long line(int row) {
        return lines[row];
    }

    int start(int row) {
        return row == 0 ? 0 : ends[row - 1];
    }

    int end(int row) {
        return ends[row];
    }

    /** All fields of all rows. */
    Bytes data() {
        return data;
    }

    /** The same rows with just the fields that the sharding key needs. */
    Bytes keys() {
        return keys;
    }

    /** Bytes that grow. */
    static final class Bytes {
        private byte[] array = new byte[1 << 16];
        private int size;

        void add(int octet) {
            reserve(1);
            array[size++] = (byte) octet;
        }

        void add(byte[] from, int start, int end) {
            reserve(end - start);
            System.arraycopy(from, start, array, size, end - start);
            size += end - start;
        }

        void add(String ascii) {
            var octets = ascii.getBytes(StandardCharsets.US_ASCII);
            add(octets, 0, octets.length);
        }

        boolean isEmpty() {
            return size == 0;
        }

        void replaceLast(int octet) {
            array[size - 1] = (byte) octet;
        }

        byte[] array() {
            return array;
        }

        int size() {
            return size;
        }

        private void reserve(int more) {
            if (array.length - size < more) {
                array = Arrays.copyOf(array, Math.max(array.length * 2, size + more));
            }
        }
    }
}
