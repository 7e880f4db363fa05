package io.shardwright;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: the operator, and what it runs inside its pods. */
@Command(
        name = "shardwright",
        description = "Runs ClickHouse clusters as Kubernetes custom resources.",
        mixinStandardHelpOptions = true,
        versionProvider = Shardwright.Version.class,
        subcommands = OperatorCommand.class)
public final class Shardwright {
    private Shardwright() {}

    public static void main(String... args) {
        System.exit(new CommandLine(new Shardwright()).execute(args));
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
