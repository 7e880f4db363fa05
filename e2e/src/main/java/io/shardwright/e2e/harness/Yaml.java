package io.shardwright.e2e.harness;

/** Resources as users write them. */
public final class Yaml {
    private Yaml() {}

    /**
     * A cluster on the version that the tests run on, which asks for little.
     *
     * @param more lines of its spec
     */
    public static String cluster(String name, int shards, int replicas, String... more) {
        var yaml = """
                apiVersion: clickhouse.shardwright.io/v1alpha1
                kind: ClickHouseCluster
                metadata: {name: %s}
                spec:
                  version: "18.16.1"
                  shards: %d
                  replicas: %d
                  storage: {size: 1Gi}
                """.formatted(name, shards, replicas);
        var spec = new StringBuilder(yaml);
        for (var lines : more) {
            spec.append(lines.indent(2));
        }
        return spec.toString();
    }

    /** A table e2e.NAME of numbered words, with a Distributed table e2e.NAME_all. */
    public static String table(String name, String cluster, String... more) {
        var yaml = """
                apiVersion: clickhouse.shardwright.io/v1alpha1
                kind: Table
                metadata: {name: %1$s}
                spec:
                  cluster: %2$s
                  database: e2e
                  columns:
                    - {name: id, type: UInt64}
                    - {name: word, type: String}
                    - {name: day, type: Date}
                  partitionBy: toYYYYMM(day)
                  orderBy: [id]
                  distributed: {name: %1$s_all, shardingKey: id}
                """.formatted(name, cluster);
        var spec = new StringBuilder(yaml);
        for (var lines : more) {
            spec.append(lines.indent(2));
        }
        return spec.toString();
    }

    /** An import of CSV files with a line of names. */
    public static String importJob(String name, String table, String... urls) {
        return """
                apiVersion: clickhouse.shardwright.io/v1alpha1
                kind: ImportJob
                metadata: {name: %s}
                spec:
                  table: %s
                  source:
                    http: {urls: ["%s"]}
                    format: CSVWithNames
                """.formatted(name, table, String.join("\", \"", urls));
    }
}
