package io.shardwright.rebalance;

import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What stands of the move of a partition, on every replica of both shards.
 *
 * @param copy what a copy that this process began is doing
 * @param memory what the target remembers of those
 * @param remembered the last thing that the target remembers
 * @param insertsInFlight some insert took its number before the partition's drop did, and has not ended
 */
record MoveObserved(
        List<Source> source, List<Target> target, Copy copy, Memory memory, Mark remembered, boolean insertsInFlight) {
    MoveObserved {
        source = List.copyOf(source);
        target = List.copyOf(target);
    }

    /**
     * A part of a partition.
     *
     * @param firstBlock and lastBlock: what was inserted later has higher numbers
     * @param checksum of all its files; equal for parts that are equal byte by byte
     */
    record Part(String name, long firstBlock, long lastBlock, long rows, String checksum) {}

    /** A replica of the shard that the partition leaves. */
    sealed interface Source {
        Host host();

        /** It did not say; nothing is known. */
        record Unknown(Host host, String message) implements Source {}

        /**
         * @param isSettled no statement of this move is running there, and its queue holds all that the log does
         * @param isLeader takes statements about partitions
         * @param parts active ones of the partition
         * @param awaited names of parts of the partition that it is to fetch or make, sooner or later
         * @param dropsUpTo a drop of the partition is in its queue and not carried out: of all blocks up to this one
         */
        record Known(
                Host host,
                boolean isSettled,
                boolean isLeader,
                boolean isReadOnly,
                List<Part> parts,
                List<String> awaited,
                OptionalLong dropsUpTo)
                implements Source {
            public Known {
                parts = List.copyOf(parts);
                awaited = List.copyOf(awaited);
            }

            /** Of all parts, sorted. */
            List<String> checksums() {
                return parts.stream().map(Part::checksum).sorted().toList();
            }
        }
    }

    /** A replica of the shard that the partition goes to. */
    sealed interface Target {
        Host host();

        /** It did not say; nothing is known. */
        record Unknown(Host host, String message) implements Target {}

        /**
         * @param isReadOnly the table takes no writes there
         * @param tables of this move that stand there, by name
         * @param staged checksums of the parts in the staging table, sorted
         * @param isVisible what was attached is there for readers
         * @param isCaughtUp nothing of the partition is left to be done there
         * @param isBusy a statement about the tables of this move is running
         * @param trouble why it does not get what another replica has staged, where it tried in vain
         * @param hanging a statement that makes or drops a table of this move, and does not end
         */
        record Known(
                Host host,
                boolean isReadOnly,
                List<String> tables,
                List<String> staged,
                boolean isVisible,
                boolean isCaughtUp,
                boolean isBusy,
                Optional<String> trouble,
                Optional<String> hanging)
                implements Target {
            public Known {
                tables = List.copyOf(tables);
                staged = List.copyOf(staged);
            }

            Known(
                    Host host,
                    boolean isReadOnly,
                    List<String> tables,
                    List<String> staged,
                    boolean isVisible,
                    boolean isCaughtUp,
                    boolean isBusy) {
                this(
                        host,
                        isReadOnly,
                        tables,
                        staged,
                        isVisible,
                        isCaughtUp,
                        isBusy,
                        Optional.empty(),
                        Optional.empty());
            }
        }
    }

    /** What the table at the target remembers of having taken the staged parts. */
    enum Memory {
        /** It did not take them; had it, it would remember. */
        NOT_TAKEN,
        /** It took them. */
        TAKEN,
        /** It does not remember, and so much was inserted since, or it is so long ago, that it might have forgotten. */
        FORGOTTEN
    }

    /**
     * A copy that runs in this process, or that did and failed.
     *
     * @param isResting it failed, and is not to be tried again yet
     * @param failures how often it failed, one time after the other
     */
    record Copy(boolean isRunning, boolean isResting, int failures, Optional<String> failure) {
        static final Copy NONE = new Copy(false, Optional.empty());

        Copy(boolean isRunning, Optional<String> failure) {
            this(isRunning, false, failure.isPresent() ? 1 : 0, failure);
        }
    }

    List<Source.Known> knownSources() {
        return source.stream()
                .filter(Source.Known.class::isInstance)
                .map(Source.Known.class::cast)
                .toList();
    }

    List<Target.Known> knownTargets() {
        return target.stream()
                .filter(Target.Known.class::isInstance)
                .map(Target.Known.class::cast)
                .toList();
    }
}
