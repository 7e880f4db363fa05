package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlExpressionTest {
    /** Left: as a user wrote it; right: as 18.16.1 or 26.9 was seen to give it back. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '~',
            value = {
                "1+2*3 => 1 + (2 * 3)",
                "(e=1) and not (d is null) or c in ('a','b') => ((e = 1) AND NOT isNull(d)) OR (c IN ('a', 'b'))",
                "(e=1) and not (d is null) or c in ('a','b') => ((e = 1) AND (NOT (d IS NULL))) OR (c IN ('a', 'b'))",
                "if(e>0 and e<5,'x''y','z') => if((e > 0) AND (e < 5), 'x\\'y', 'z')",
                "case when e>1 then 'q' else 'r' end => multiIf(e > 1, 'q', 'r')",
                "cast(e as Int64) => CAST(e, 'Int64')",
                "e::Int8 => CAST(e, 'Int8')",
                "cast('a' as Enum8('a'=1,'b'=2)) => CAST('a', 'Enum8(\\'a\\' = 1, \\'b\\' = 2)')",
                "now() + interval 1 day => now() + toIntervalDay(1)",
                "c || 'x' => concat(c, 'x')",
                "a || b || c => concat(a, b, c)",
                "a and b and c => (a AND b) AND c",
                "e > 0 ? 1 : 2 => if(e > 0, 1, 2)",
                "i[1] = 'x' => (i[1]) = 'x'",
                "y.1 => y.1",
                "y.1 => tupleElement(y, 1)",
                "arrayMap(q->q+1, [1]) => arrayMap(q -> (q + 1), [1])",
                "e between 1 and 3 => (e >= 1) AND (e <= 3)",
                "e % 3 - 1 => (e % 3) - 1",
                "e - (1 - 2) => e - (1 - 2)",
                "1.50 => 1.5",
                "- 1 => -1",
                "`time_hour` => time_hour",
                "(toYYYYMM(t),intHash32(e)%4) => (toYYYYMM(t), intHash32(e) % 4)",
                "tuple(a, b) => (a, b)",
                "NOW() => now()",
                "a <> 1 => a != 1",
                "not a = 1 => NOT (a = 1)",
                "c not like '%x' => c NOT LIKE '%x'",
                "cityHash64(ifNull(tailnum, '')) => cityHash64(ifNull(tailnum,''))",
            })
    void anExpressionMeansWhatTheServerMadeOfIt(String written, String stored) {
        assertThat(SqlExpression.of(written)).isPresent().isEqualTo(SqlExpression.of(stored));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '~',
            value = {
                "a + b * c => (a + b) * c",
                "e - (1 - 2) => e - 1 - 2",
                "'a' => a",
                "1 => '1'",
                "a and b or c => a and (b or c)",
                "not a = 1 => (not a) = 1",
                "f(a) => g(a)",
                "f(a, b) => f(b, a)",
                "a.b => a",
                "[1, 2] => (1, 2)",
                "-1 => 1",
                "x < 1 => x <= 1",
                "cast(a as Int8) => cast(a as Int16)",
            })
    void whatDiffersInMeaningDiffers(String one, String other) {
        assertThat(SqlExpression.of(one)).isPresent();
        assertThat(SqlExpression.of(other)).isPresent().isNotEqualTo(SqlExpression.of(one));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a) ENGINE = Log --",
                "a -- b",
                "a /* b */",
                "a; DROP TABLE b",
                "'open",
                "`open",
                "(a",
                "a b",
                "a,",
                "f(*)",
                "",
                "1 = ",
                "extract(year from a)",
                "a[1",
                "case when a then b",
                "@x",
                "a # b",
                "cast(a as Int8"
            })
    void whatIsNotUnderstoodIsNotGuessed(String text) {
        assertThat(SqlExpression.of(text)).isEmpty();
    }

    @Test
    void aKeyIsItsPartsHoweverItIsWritten() {
        assertThat(SqlExpression.keyOf("(c, t, cityHash64(c))"))
                .isPresent()
                .isEqualTo(SqlExpression.keyOf("c, t,cityHash64( `c` )"))
                .isEqualTo(SqlExpression.keyOf("tuple(c, t, cityHash64(c))"));
        assertThat(SqlExpression.keyOf("(a)")).isPresent().isEqualTo(SqlExpression.keyOf("a"));
        assertThat(SqlExpression.keyOf("tuple()")).contains(List.of());
        assertThat(SqlExpression.keyOf("")).contains(List.of());
    }
}
