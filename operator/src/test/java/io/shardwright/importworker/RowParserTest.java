package io.shardwright.importworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardwright.crds.ImportFormat;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.TargetTable.Column;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowParserTest {
    private static final TargetTable TARGET = new TargetTable(
            "db",
            "t",
            List.of(
                    new Column("id", "UInt16", "", ""),
                    new Column("name", "String", "", ""),
                    new Column("delay", "Nullable(Int16)", "", ""),
                    new Column("at", "DateTime", "DEFAULT", "now()"),
                    new Column("day", "Date", "MATERIALIZED", "toDate(at)")),
            "",
            "id",
            "id",
            "",
            Map.of());

    @Test
    void quotedFieldsMayHoldLineEndsSeparatorsAndQuotes() throws IOException {
        var rows = parse(ImportFormat.CSVWithNames, "id,name\n1,\"a,\"\"b\"\"\nc\td\\\"\n2,plain\n");

        assertThat(rows.text()).isEqualTo("1\ta,\"b\"\\nc\\td\\\\\n2\tplain\n");
        assertThat(rows.lines()).containsExactly(2L, 4L);
    }

    @Test
    void carriageReturnsAndAByteOrderMarkBelongToNoField() throws IOException {
        assertThat(parse(ImportFormat.CSVWithNames, "id,name\r\n1,a\r\n2,b\r\n").text())
                .isEqualTo("1\ta\n2\tb\n");
        assertThat(parse(ImportFormat.TSV, "1\ta\t2\t2013-01-01 00:00:00\r\n").text())
                .isEqualTo("1\ta\t2\t2013-01-01 00:00:00\n");
    }

    @Test
    void nullTextsAreNullInNullableColumnsOnly() throws IOException {
        assertThat(parse(ImportFormat.CSVWithNames, "id,name,delay\n1,NA,NA\n2,,\n3,\"NA\",-4\n")
                        .text())
                .isEqualTo("1\tNA\t\\N\n2\t\t\\N\n3\tNA\t-4\n");
    }

    @Test
    void aQuotedNullTextIsAText() throws IOException {
        assertThat(parse(ImportFormat.CSVWithNames, "id,delay\n1,\"NA\"\n").text())
                .isEqualTo("1\tNA\n");
    }

    @Test
    void octetsThatAreNotAsciiPassThrough() throws IOException {
        var latin1 = "id,name\n1,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(parse(ImportFormat.CSVWithNames, latin1).text())
                .as("as ISO 8859-1")
                .isEqualTo("1\tcaf\u00e9\n");
    }

    @ParameterizedTest
    @CsvSource({
        "2013-01-01T10:00:00Z, 1357034400",
        "2013-01-01T10:00:00.000Z, 1357034400",
        "2013-01-01T12:30:00+02:30, 1357034400",
        "2013-01-01T05:00:00-0500, 1357034400",
        "2013-01-01 10:00:00Z, 1357034400",
        "1970-01-01T00:01:40Z, 0000000100",
        "2013-01-01T10:00:00, 2013-01-01 10:00:00",
        "2013-01-01 10:00:00, 2013-01-01 10:00:00",
        "1357034400, 1357034400",
        "0000-00-00 00:00:00, 0000-00-00 00:00:00",
    })
    void timestampsWithAnOffsetAreThatMoment(String written, String expected) throws IOException {
        assertThat(parse(ImportFormat.CSVWithNames, "at\n" + written + "\n").text())
                .isEqualTo(expected + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "id, 65536",
        "id, -1",
        "id, 99999999999999999999999",
        "delay, 32768",
        "delay, -32769",
        "at, 2013-13-01T00:00:00Z",
        "at, 2013-02-29 00:00:00",
        "at, 2013-01-01T24:00:00Z",
        "at, 1969-12-31T00:00:00Z",
        "at, 2013-01-01T00:00:00.5Z",
    })
    void whatTheServerWouldSilentlyChangeIsRefusedWithItsLine(String column, String value) {
        assertRefused(
                () -> parse(ImportFormat.CSVWithNames, column + "\n" + value + "\n"), 2, "column " + column + " (");
    }

    @ParameterizedTest
    @CsvSource({"id, 65535", "id, 0", "id, 0000000000000000000000007", "delay, -32768", "delay, 32767"})
    void theBoundsOfARangeAreInIt(String column, String value) throws IOException {
        assertThat(parse(ImportFormat.CSVWithNames, column + "\n" + value + "\n")
                        .text())
                .isEqualTo(value + "\n");
    }

    @Test
    void anUnknownColumnIsRefusedByName() {
        assertRefused(() -> parse(ImportFormat.CSVWithNames, "id,nmae\n1,a\n"), 1, "table db.t has no column \"nmae\"");
        assertRefused(
                () -> parse(ImportFormat.JSONEachRow, "{\"id\":1}\n{\"nmae\":2}\n"),
                2,
                "table db.t has no column \"nmae\"");
    }

    @Test
    void aComputedColumnIsRefused() {
        assertRefused(
                () -> parse(ImportFormat.CSVWithNames, "id,day\n1,2013-01-01\n"),
                1,
                "column day is MATERIALIZED: the server computes it");
    }

    @Test
    void aWrongNumberOfFieldsIsRefusedWithItsLine() {
        assertRefused(
                () -> parse(ImportFormat.CSVWithNames, "id,name\n1,\"a\nb\"\n2\n"),
                4,
                "the line has 1 fields, but 2 are expected");
        assertRefused(
                () -> parse(ImportFormat.CSV, "1,a,2,2013-01-01 00:00:00,9\n"),
                1,
                "the line has 5 fields, but 4 are expected");
        assertRefused(
                () -> parse(ImportFormat.TSV, "1\ta\t2\t2013-01-01 00:00:00\n1\n"),
                2,
                "the line has 1 fields, but 4 are expected");
    }

    @Test
    void nullInAColumnThatIsNotNullableIsRefused() {
        assertRefused(
                () -> parse(ImportFormat.TSV, List.of("\\N"), "1\t\\N\t2\t2013-01-01 00:00:00\n"),
                1,
                "column name (String): NULL, but it is not Nullable");
        assertRefused(
                () -> parse(ImportFormat.JSONEachRow, "{\"id\":1,\"name\":null}\n"),
                1,
                "column name (String): NULL, but it is not Nullable");
    }

    @Test
    void whatAnObjectLacksIsItsColumnsDefault() throws IOException {
        var rows = parse(
                ImportFormat.JSONEachRow,
                "{\"id\":1,\"name\":\"a\\tb\",\"delay\":-3}\n{\"name\":\"é\"}\n{\"id\":3,\"delay\":null}\n");

        assertThat(rows.chunks()).hasSize(1);
        assertThat(rows.columns()).containsExactly("id", "name", "delay");
        assertThat(new String(rows.text().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .isEqualTo("1\ta\\tb\t-3\n0\té\t\\N\n3\t\t\\N\n");
        assertThat(rows.lines()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void rowsWithAndWithoutAColumnWhoseDefaultTheServerComputesAreApart() throws IOException {
        var rows =
                parse(ImportFormat.JSONEachRow, "{\"id\":1,\"at\":\"2013-01-01T10:00:00Z\"}\n{\"id\":2}\n{\"id\":3}\n");

        assertThat(rows.chunks()).hasSize(2);
        assertThat(rows.text()).isEqualTo("1\t\t\\N\t1357034400\n2\t\t\\N\n3\t\t\\N\n");
    }

    @Test
    void malformedJsonIsRefusedWithItsLine() {
        assertRefused(() -> parse(ImportFormat.JSONEachRow, "{\"id\":1}\n{\"id\":}\n"), 2, "Unexpected character");
        assertRefused(() -> parse(ImportFormat.JSONEachRow, "[1]\n"), 1, "an object was expected");
    }

    @Test
    void anEmptyFileWithoutAHeaderIsRefused() {
        assertRefused(() -> parse(ImportFormat.CSVWithNames, ""), 1, "the file is empty");
    }

    @Test
    void chunksAreBoundedAndLoseNothing() throws IOException {
        var text = new StringBuilder("id,name\n");
        IntStream.range(0, 300_000).forEach(i -> text.append(i % 60_000)
                .append(',')
                .append("x".repeat(90))
                .append('\n'));
        var rows = parse(ImportFormat.CSVWithNames, text.toString());

        assertThat(rows.chunks()).hasSizeGreaterThan(1).allSatisfy(chunk -> {
            assertThat(chunk.rows()).isLessThanOrEqualTo(262_144);
            assertThat(chunk.data().size()).isLessThan((16 << 20) + 200);
        });
        assertThat(rows.chunks().stream().mapToInt(Chunk::rows).sum()).isEqualTo(300_000);
        assertThat(rows.lines().getLast()).isEqualTo(300_001L);
    }

    @Test
    void theFieldsOfTheShardingKeyAreKeptApart() throws IOException {
        var chunks = new ArrayList<Chunk>();
        var writer = new RowWriter(List.of("NA"), Set.of("name", "delay"), chunks::add);
        RowParser.of(ImportFormat.CSVWithNames, TARGET, null).parse("f", in("name,id,delay\na,1,NA\nb,2,7\n"), writer);
        writer.flush();

        assertThat(new String(
                        chunks.getFirst().keys().array(),
                        0,
                        chunks.getFirst().keys().size(),
                        StandardCharsets.UTF_8))
                .isEqualTo("a\t\\N\nb\t7\n");
    }

    @Test
    void aFileWithoutAColumnOfTheShardingKeyIsRefused() {
        var writer = new RowWriter(List.of(), Set.of("name"), chunk -> {});

        assertRefused(
                () -> RowParser.of(ImportFormat.CSVWithNames, TARGET, null).parse("f", in("id\n1\n"), writer),
                0,
                "the sharding key needs column name");
    }

    private static void assertRefused(ThrowingCallable parsing, long line, String words) {
        assertThatThrownBy(parsing).isInstanceOfSatisfying(RefusedException.class, refused -> {
            assertThat(refused.file()).contains("f");
            assertThat(refused.line().orElse(0)).isEqualTo(line);
            assertThat(refused).hasMessageContaining(words);
        });
    }

    private static Rows parse(ImportFormat format, String text) throws IOException {
        return parse(format, List.of("NA", ""), text.getBytes(StandardCharsets.UTF_8));
    }

    private static Rows parse(ImportFormat format, byte[] text) throws IOException {
        return parse(format, List.of("NA", ""), text);
    }

    private static Rows parse(ImportFormat format, List<String> nullTexts, String text) throws IOException {
        return parse(format, nullTexts, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Rows parse(ImportFormat format, List<String> nullTexts, byte[] text) throws IOException {
        var chunks = new ArrayList<Chunk>();
        var writer = new RowWriter(nullTexts, Set.of(), chunks::add);
        RowParser.of(format, TARGET, null).parse("f", new ByteArrayInputStream(text), writer);
        writer.flush();
        return new Rows(chunks);
    }

    private static ByteArrayInputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What came out, as ISO 8859-1. */
    private record Rows(List<Chunk> chunks) {
        String text() {
            var text = new StringBuilder();
            chunks.forEach(chunk ->
                    text.append(new String(chunk.data().array(), 0, chunk.data().size(), StandardCharsets.ISO_8859_1)));
            return text.toString();
        }

        List<Long> lines() {
            return chunks.stream()
                    .flatMap(chunk -> IntStream.range(0, chunk.rows()).mapToObj(chunk::line))
                    .toList();
        }

        List<String> columns() {
            return chunks.getFirst().columns().stream().map(Column::name).toList();
        }
    }
}
