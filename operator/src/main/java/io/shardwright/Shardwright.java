package io.shardwright;

import io.shardwright.importworker.ImportWorkerCommand;
import java.security.Security;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: the operator, and what it runs inside its pods. */
@Command(
        name = "shardwright",
        description = "Runs ClickHouse clusters as Kubernetes custom resources.",
        mixinStandardHelpOptions = true,
        versionProvider = Shardwright.Version.class,
        subcommands = {OperatorCommand.class, ImportWorkerCommand.class})
public final class Shardwright {
    private Shardwright() {}

    public static void main(String... args) {
        followMovingPods();
        closeConnectionsBeforeServersDo();
        System.exit(new CommandLine(new Shardwright()).execute(args));
    }

    /** A pod that moved has another address at once; the JVM would keep the old one for half a minute. */
    private static void followMovingPods() {
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /** ClickHouse closes a connection that was idle for 3 s; one that is taken up at that moment breaks. */
    private static void closeConnectionsBeforeServersDo() {
        System.setProperty("jdk.httpclient.keepalive.timeout", "2");
        System.setProperty("jdk.httpclient.keepalive.timeout.h2", "30");
    }

    /** The version that the jar's manifest states. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = Shardwright.class.getPackage().getImplementationVersion();
            return new String[] {"shardwright " + (version == null ? "(not packaged)" : version)};
        }
    }
}
