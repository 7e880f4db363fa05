package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class DialectTest {
    @Test
    void readsVersionsAsUsersAndServersWriteThem() {
        assertThat(Dialect.of("18.16.1")).isEqualTo(new Dialect(18, 16, 1));
        assertThat(Dialect.of("26.3.2.11")).isEqualTo(new Dialect(26, 3, 2));
        assertThat(Dialect.of("25.8.2.1.altinitystable")).isEqualTo(new Dialect(25, 8, 2));
        assertThat(Dialect.of("26.3")).isGreaterThan(Dialect.of("26.3.9"));
        assertThat(Dialect.of("26.3")).isLessThan(Dialect.of("26.4.1"));
    }

    @Test
    void refusesWhatIsNoVersion() {
        for (var text : List.of("", "latest", "26", "v26.3", "26.x")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> Dialect.of(text));
        }
    }

    @Test
    void olderReleasesComeFirst() {
        assertThat(Dialect.of("9.1.1")).isLessThan(Dialect.of("18.1.1"));
        assertThat(Dialect.of("20.3.21")).isLessThan(Dialect.of("20.10.1"));
        assertThat(Dialect.of("20.10.2")).isLessThan(Dialect.of("20.10.3"));
    }

    @Test
    void theOldestVersionIsSpokenToInItsOwnWay() {
        var dialect = Dialect.of("18.16.1");

        assertThat(dialect.errorsHaveACodeHeader()).isFalse();
        assertThat(dialect.hasDropReplica()).isFalse();
        assertThat(dialect.dropTable("`a`.`b`")).isEqualTo("DROP TABLE IF EXISTS `a`.`b`");
    }

    @Test
    void todaysVersionHasAllThatCameSince() {
        var dialect = Dialect.of("26.3");

        assertThat(dialect.errorsHaveACodeHeader()).isTrue();
        assertThat(dialect.hasDropReplica()).isTrue();
        assertThat(dialect.dropTable("`a`.`b`")).isEqualTo("DROP TABLE IF EXISTS `a`.`b` NO DELAY");
    }

    @Test
    void aSwitchIsThrownWithTheReleaseThatBroughtIt() {
        assertThat(Dialect.of("20.10.2").dropTable("t")).isEqualTo("DROP TABLE IF EXISTS t");
        assertThat(Dialect.of("20.10.3").dropTable("t")).isEqualTo("DROP TABLE IF EXISTS t NO DELAY");
        assertThat(Dialect.of("20.3.1").errorsHaveACodeHeader()).isFalse();
        assertThat(Dialect.of("20.3.2").errorsHaveACodeHeader()).isTrue();
        assertThat(Dialect.of("20.5.5").hasDropReplica()).isFalse();
        assertThat(Dialect.of("20.6").hasDropReplica()).isTrue();
    }
}
