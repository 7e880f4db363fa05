package io.shardwright.rebalance;

/** Reads the names of parts: partition, first and last block, level, and a mutation's version where there was one. */
final class PartNames {
    private PartNames() {}

    static long firstBlock(String name, String partition) {
        return number(name, partition, 0);
    }

    static long lastBlock(String name, String partition) {
        return number(name, partition, 1);
    }

    static boolean isOf(String name, String partition) {
        return name.startsWith(partition + "_")
                && name.substring(partition.length() + 1).matches("\\d+_\\d+_\\d+(_\\d+)?");
    }

    private static long number(String name, String partition, int position) {
        return Long.parseLong(name.substring(partition.length() + 1).split("_")[position]);
    }
}
