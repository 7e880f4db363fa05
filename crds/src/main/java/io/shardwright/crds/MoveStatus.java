package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/** The move of a partition that was begun. */
public record MoveStatus(
        @JsonPropertyDescription("Tells moves of the same partition apart; part of the names of its tables.")
        String id,

        @JsonPropertyDescription("Database of the table.") String database,

        @JsonPropertyDescription("Name of the table.") String table,

        @JsonPropertyDescription("Id of the partition, as system.parts has it.")
        String partition,

        @JsonPropertyDescription("Index of the shard that it leaves.")
        Integer from,

        @JsonPropertyDescription("Index of the shard that it goes to.")
        Integer to,

        @JsonPropertyDescription("Copying, Narrowing, Switching, Turning or CleaningUp.")
        MovePhase phase,

        @JsonPropertyDescription("Bytes on disk of the partition when the move began.")
        Long bytes,

        @JsonPropertyDescription("Rows of the partition when the move began.")
        Long rows,

        @JsonPropertyDescription("How often it was copied; more than once when it was written to meanwhile.")
        Integer attempts,

        @JsonPropertyDescription(
                "The last thing that the target remembered when the switch began; tells whether it would know of"
                        + " having attached the partition.")
        Long mark,

        @JsonPropertyDescription("When that was looked at, RFC 3339: the target forgets what is too old, too.")
        String markedAt,

        @JsonPropertyDescription("When the move began, RFC 3339.")
        String since,

        @JsonPropertyDescription(
                "Names of the hosts of both shards that servers read from until the partition has changed shards; none:"
                        + " all that are in service.")
        List<String> readFrom,

        @JsonPropertyDescription("When every server was seen to read from only those, RFC 3339.")
        String readFromSince) {}
