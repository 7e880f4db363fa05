package io.shardwright.cluster;

import io.shardwright.topology.Coordination;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The files of ZooKeeper's configuration directory. */
final class ZooKeeperFiles {
    private static final String SETTINGS = """
            dataDir=/data
            clientPort=2181
            tickTime=2000
            initLimit=30
            syncLimit=5
            maxClientCnxns=0
            autopurge.snapRetainCount=3
            autopurge.purgeInterval=1
            admin.enableServer=false
            4lw.commands.whitelist=ruok,srvr,mntr
            """;

    /** The directory's mount hides the image's logging configuration, so it brings its own: one for each library. */
    private static final String LOGBACK = """
            <configuration>
              <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">
                <encoder>
                  <pattern>%d{ISO8601} %-5p %c{1} - %m%n</pattern>
                </encoder>
              </appender>
              <root level="INFO">
                <appender-ref ref="CONSOLE"/>
              </root>
            </configuration>
            """;

    private static final String LOG4J = """
            log4j.rootLogger=INFO, CONSOLE
            log4j.appender.CONSOLE=org.apache.log4j.ConsoleAppender
            log4j.appender.CONSOLE.layout=org.apache.log4j.PatternLayout
            log4j.appender.CONSOLE.layout.ConversionPattern=%d{ISO8601} %-5p %c{1} - %m%n
            """;

    private ZooKeeperFiles() {}

    static Map<String, String> of(Coordination.Managed ensemble) {
        return Map.of(
                "zoo.cfg", SETTINGS + members(ensemble),
                "logback.xml", LOGBACK,
                "log4j.properties", LOG4J);
    }

    /** A single server is standalone: it needs no list of members. */
    private static String members(Coordination.Managed ensemble) {
        var names = ensemble.serverNames();
        return names.size() == 1
                ? ""
                : IntStream.range(0, names.size())
                        .mapToObj(ordinal -> "server." + (ordinal + 1) + "=" + names.get(ordinal) + ":2888:3888\n")
                        .collect(Collectors.joining());
    }
}
