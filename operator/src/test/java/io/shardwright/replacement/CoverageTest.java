package io.shardwright.replacement;

import static io.shardwright.replacement.Replicas.parts;
import static io.shardwright.replacement.Replicas.said;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.holdings.Coverage;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.Part;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.holdings.RegistrySql;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CoverageTest {
    @ParameterizedTest
    @CsvSource({
        "a part is where it is,            202401_0_0_0,   202401_0_0_0,               true",
        "or was merged into another,       202401_3_3_0,   202401_0_5_1,               true",
        "but not of another partition,     202402_3_3_0,   202401_0_5_1,               false",
        "nor beside its range,             202401_6_6_0,   202401_0_5_1,               false",
        "a merged one is in its sources,   202401_0_2_1,   202401_0_0_0 202401_1_2_1,  true",
        "not if one is missing,            202401_0_2_1,   202401_0_0_0 202401_2_2_0,  false",
        "a mutation is not undone,         202401_0_0_0_7, 202401_0_0_0,               false",
        "it covers what was before,        202401_0_0_0,   202401_0_0_0_7,             true",
        "a lower level has the same blocks, 202401_0_2_2,   202401_0_2_1,               true",
        "a name of another kind is itself, weird,          weird,                      true",
        "and nothing else,                 weird,          202401_0_2_1,               false",
        "partitions may be hashes,         0a1b_4_4_0,     0a1b_0_9_2,                 true",
        "or negative numbers,              -32574_4_4_0,   -32574_0_9_2,               true"
    })
    void partsCoverParts(String claim, String had, String kept, boolean covered) {
        var replica = new RegisteredReplica(Replicas.PATH, Replicas.NAME, false, List.of(Part.of(had)), List.of());

        assertThat(Coverage.uncovered(
                                List.of(replica),
                                List.of(said(parts(kept.split(" "))).contents()))
                        .isEmpty())
                .as(claim)
                .isEqualTo(covered);
    }

    @Test
    void whatWasDroppedMeanwhileIsNotMissed() {
        var replica = new RegisteredReplica(
                Replicas.PATH,
                Replicas.NAME,
                false,
                List.of(Part.of("202401_3_3_0"), Part.of("202401_12_12_0")),
                List.of(Part.of("202401_0_11_999999999")));

        assertThat(Coverage.uncovered(List.of(replica), List.of(said(parts()).contents())))
                .containsExactly(Replicas.PATH + ": 202401_12_12_0");
    }

    @Test
    void aTableOfAnotherPathCoversNothing() {
        var replica =
                new RegisteredReplica("/elsewhere", Replicas.NAME, false, List.of(Part.of("202401_0_0_0")), List.of());

        assertThat(Coverage.uncovered(
                        List.of(replica), List.of(said(parts("202401_0_0_0")).contents())))
                .hasSize(1);
    }

    @Test
    void readsRangesThatWereDropped() {
        var entry = "format version: 4\ncreate_time: 2024-06-01 12:00:00\nsource replica: c-0-0\nblock_id: \ndrop\n"
                + "202401_0_12_999999999\n";

        assertThat(RegistrySql.ranges(List.of(List.of(entry), List.of("get\n202401_0_0_0\n"))))
                .containsExactly(Part.of("202401_0_12_999999999"));
    }

    @Test
    void whatIsMergedElsewhereOnlyIsHereAllTheSame() {
        var here = said(parts("202401_0_0_0", "202401_1_1_0")).contents();
        var merged = said(Arrays.asList(new HostContents.PartState(Part.of("202401_0_1_1"), 20, 200, true)))
                .contents();

        assertThat(Coverage.behind(here, List.of(merged), true)).isEmpty();
    }

    @Test
    void youngPartsCountWhenItIsStrict() {
        var here = said(parts()).contents();
        var there = said(List.of(new HostContents.PartState(Part.of("202401_0_0_0"), 10, 100, false)))
                .contents();

        assertThat(Coverage.behind(here, List.of(there), true)).isPresent();
        assertThat(Coverage.behind(here, List.of(there), false)).isEmpty();
    }
}
