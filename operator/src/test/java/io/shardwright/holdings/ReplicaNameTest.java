package io.shardwright.holdings;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReplicaNameTest {
    private static final Host HOST = new Host(new ClusterRef("ns", "main", "cluster.local"), 1, 1);

    @ParameterizedTest
    @CsvSource({
        "main-1-1, true",
        "main-1-1-a1b2c, true",
        "main-1-1-abcde, true",
        "main-1-10, false",
        "main-1-10-a1b2c, false",
        "main-1-1-12345, false",
        "main-1-1-a1b2, false",
        "main-1-1-a1b2c3, false",
        "main-1-1-A1b2c, false",
        "main-1-1-, false",
        "main-1-1a1b2c, false",
        "main-1, false",
        "other-main-1-1, false",
    })
    void aReplicaIsOneOfItsHostsAndOfNoOther(String name, boolean isOf) {
        assertThat(new ReplicaName(name).isOf(HOST)).isEqualTo(isOf);
    }
}
