package io.shardwright.serverconfig;

import io.shardwright.topology.Host;

/** The part of config.d that is a host's own: its macros, and the name under which its peers fetch from it. */
public final class HostXml {
    private HostXml() {}

    public static String render(Host host) {
        return Xml.of(
                        ConfigFiles.ROOT,
                        Xml.of("interserver_http_host", host.dnsName()),
                        Xml.of(
                                        "macros",
                                        Xml.of("cluster", host.cluster().name()),
                                        Xml.of("shard", host.shard()),
                                        Xml.of("replica", host.name()))
                                .replacing())
                .document();
    }
}
