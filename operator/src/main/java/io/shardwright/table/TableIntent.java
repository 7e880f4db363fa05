package io.shardwright.table;

import io.shardwright.topology.Host;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A Table with every default filled in. Types, defaults and keys are SQL, as the user wrote it.
 *
 * @param cluster name of the ClickHouseCluster, which is also the name in remote_servers
 * @param primaryKey empty when it is the sorting key
 * @param dropWhenDeleted whether the tables go when the Table object does
 */
record TableIntent(
        String namespace,
        String cluster,
        TableNames names,
        List<Column> columns,
        String engine,
        List<String> engineArguments,
        Optional<String> partitionBy,
        List<String> orderBy,
        List<String> primaryKey,
        Optional<String> sampleBy,
        SortedMap<String, String> settings,
        Optional<String> shardingKey,
        boolean dropWhenDeleted) {
    TableIntent {
        columns = List.copyOf(columns);
        engineArguments = List.copyOf(engineArguments);
        orderBy = List.copyOf(orderBy);
        primaryKey = List.copyOf(primaryKey);
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        if (names.distributed().isPresent() != shardingKey.isPresent()) {
            throw new IllegalArgumentException("a Distributed table has a sharding key, and nothing else has");
        }
    }

    /** A column; without a default, its type's own is meant. */
    record Column(String name, String type, Optional<String> defaultExpression) {}

    /**
     * What the tables are called on the servers.
     *
     * @param distributed in the same database; empty when none is wanted
     */
    record TableNames(String database, String local, Optional<String> distributed) {
        List<String> tables() {
            return distributed.map(name -> List.of(local, name)).orElseGet(() -> List.of(local));
        }
    }

    /** The replica's place below the coordination root; the server fills in {shard}. See ADR 0003. */
    String replicaPath() {
        return "/tables/{shard}/" + names.database() + "/" + names.local();
    }

    /** The same with {shard} filled in. */
    String replicaPathOn(Host host) {
        return replicaPath().replace("{shard}", Integer.toString(host.shard()));
    }

    String replicaName() {
        return "{replica}";
    }
}
