package io.shardwright.serverconfig;

import io.shardwright.topology.Host;

/**
 * The part of config.d that is a host's own: its macros, and the name under which its peers fetch from it. The name of its
 * replicas comes with its volume; a server that was started before volumes had names goes on with the host's.
 */
public final class HostXml {
    private HostXml() {}

    public static String render(Host host) {
        return Xml.of(
                        ConfigFiles.ROOT,
                        Xml.text("interserver_http_host", host.peersDnsName()),
                        Xml.of(
                                        "macros",
                                        Xml.text("cluster", host.cluster().name()),
                                        Xml.text("shard", host.shard()),
                                        Xml.text("replica", host.name())
                                                .with("from_env", ConfigFiles.REPLICA_ENV)
                                                .replacing())
                                .replacing())
                .document();
    }
}
