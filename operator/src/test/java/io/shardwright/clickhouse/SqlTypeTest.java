package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlTypeTest {
    /** Left: as a user wrote it; right: as 18.16.1 or 26.9 was seen to give it back. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '~',
            value = {
                "INT => Int32",
                "bigint => Int64",
                "Nullable( TEXT ) => Nullable(String)",
                "varchar(20) => String",
                "FixedString( 3 ) => FixedString(3)",
                "timestamp => DateTime",
                "Double => Float64",
                "Decimal64(4) => Decimal(18, 4)",
                "Decimal(10,2) => Decimal(10, 2)",
                "Decimal(10) => Decimal(10, 0)",
                "Enum8('a'=1,'b'=2) => Enum8('a' = 1, 'b' = 2)",
                "Tuple(Int8,String) => Tuple(Int8, String)",
                "Map(String,Array(Int8)) => Map(String, Array(Int8))",
                "DateTime64(3,'UTC') => DateTime64(3, 'UTC')",
                "boolean => Bool",
                "LowCardinality(String) => LowCardinality(String)",
            })
    void aTypeIsWrittenAsServersWriteItBack(String written, String stored) {
        assertThat(SqlType.canonical(written))
                .isEqualTo(SqlType.canonical(stored))
                .isEqualTo(stored);
    }
}
