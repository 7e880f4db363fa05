package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What the operator last saw of a rebalance. */
public record RebalanceStatus(
        @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        Long observedGeneration,

        @JsonPropertyDescription("Pending, Planned, Moving, Paused or Succeeded.")
        RebalancePhase phase,

        @JsonPropertyDescription("Moves made / moves made and still to be made.")
        String moves,

        @JsonPropertyDescription("Moves made.") Integer movesDone,

        @JsonPropertyDescription("Moves still to be made.") Integer movesLeft,

        @JsonPropertyDescription("Bytes of the partitions that were moved, of one replica each.")
        Long bytesMoved,

        @JsonPropertyDescription("The same, for people.") String moved,

        @JsonPropertyDescription("Bytes of the partitions still to be moved.")
        Long bytesLeft,

        @JsonPropertyDescription("Bytes moved of all bytes, 0 to 100.")
        Integer percent,

        @JsonPropertyDescription("The same, for people.") String progress,

        @JsonPropertyDescription("Time left at the rate so far, for people.")
        String left,

        @JsonPropertyDescription("How far the fullest shard is above its fair share, in per cent.")
        Integer imbalancePercent,

        @JsonPropertyDescription("When the first move began, RFC 3339.")
        String startTime,

        @JsonPropertyDescription("When nothing was left to move, RFC 3339.")
        String completionTime,

        @JsonPropertyDescription(
                "Since when only what passes by itself is in the way of all that is left, e.g. rows that were written a"
                        + " moment ago, RFC 3339; given up 10 minutes later.")
        String waitingSince,

        @JsonPropertyDescription("Succeeded, or what is going on, in a few words.")
        String summary,

        @JsonPropertyDescription("The moves that were begun and are not ended.")
        List<MoveStatus> current,

        @JsonPropertyDescription("The next moves, the first 100 at most; planned anew all the time.")
        List<PlannedMove> plan,

        @JsonPropertyDescription("Tables, or partitions of them, that are not moved, and why.")
        List<LeftAlone> leftAlone,

        @JsonPropertyDescription("The last 20 things that were done and cannot be undone.")
        List<HistoryLine> history,

        @JsonPropertyDescription("Accepted, Ready, Progressing and Degraded.")
        List<Condition> conditions,

        @JsonPropertyDescription("What is wanted but must wait, and why.")
        List<HoldStatus> holds) {}
