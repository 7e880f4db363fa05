package io.shardwright.topology;

import java.util.List;
import java.util.stream.IntStream;

/** The ZooKeeper or Keeper ensemble through which a cluster's replicas agree. */
public sealed interface Coordination {
    int CLIENT_PORT = 2181;

    /** The znode below which the cluster keeps everything. */
    String root();

    /** host:port of each member. */
    List<String> endpoints();

    /** An ensemble that the operator runs beside the cluster. */
    record Managed(ClusterRef cluster, int replicas, String image, Storage storage, String root)
            implements Coordination {
        /** Name of its StatefulSet, headless Service and ConfigMap. */
        public String name() {
            return cluster.name() + "-zookeeper";
        }

        /** The DNS name of each server, by ordinal. */
        public List<String> serverNames() {
            return IntStream.range(0, replicas)
                    .mapToObj(ordinal -> name() + "-" + ordinal + "." + name() + "." + cluster.namespace() + ".svc."
                            + cluster.dnsDomain())
                    .toList();
        }

        @Override
        public List<String> endpoints() {
            return serverNames().stream()
                    .map(server -> server + ":" + CLIENT_PORT)
                    .toList();
        }
    }

    /** An ensemble that exists. */
    record External(List<String> endpoints, String root) implements Coordination {
        public External {
            endpoints = List.copyOf(endpoints);
        }
    }
}
