package io.shardwright.importjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.ImportCompression;
import io.shardwright.crds.ImportFormat;
import io.shardwright.crds.ImportJob;
import io.shardwright.importspec.StagingNames;
import io.shardwright.plan.Parsed;
import io.shardwright.testing.Examples;
import io.shardwright.topology.Owners;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportParserTest {
    @Test
    void acceptsEveryExample() {
        var examples = Examples.of(ImportJob.class);

        assertThat(examples)
                .allSatisfy(example -> assertThat(ImportParser.parse(example)).isInstanceOf(Parsed.Accepted.class));
    }

    @Test
    void fillsInEveryDefault() {
        assertThat(ImportParser.parse(Imports.resource(Imports.URL)))
                .isEqualTo(new Parsed.Accepted<>(new ImportIntent(
                        "flights",
                        "year",
                        Owners.of("ImportJob", "year", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
                        new StagingNames("0f1e2d3c4b5a"),
                        "flights",
                        List.of(Imports.URL),
                        ImportFormat.CSV,
                        ImportCompression.Auto,
                        List.of("\\N"),
                        Optional.empty(),
                        3)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flights.csv               | write http://host/path",
                "http://files/two words    | encode blanks and other special characters as %20",
                "http://me:secret@files/f  | a URL of host files holds a user name or password; serve the file without"
            })
    void refusesAUrlAndSaysWhatToChange(String url, String advice) {
        assertThat(rejectionOf(Imports.resource(url)))
                .startsWith("source.http.urls: ")
                .contains(advice)
                .doesNotContain("secret");
    }

    @Test
    void refusesAColumnThatIsNamedTwice() {
        assertThat(rejectionOf(Imports.resource(Imports.URL, "year", "month", "year")))
                .isEqualTo("source.columns: year appears twice; name each field once");
    }

    @Test
    void refusesAnImportWithoutSpec() {
        assertThat(rejectionOf(new ImportJob())).contains("add spec with table and source.http");
    }

    private static String rejectionOf(ImportJob resource) {
        assertThat(ImportParser.parse(resource)).isInstanceOf(Parsed.Rejected.class);
        return ((Parsed.Rejected<ImportIntent>) ImportParser.parse(resource)).message();
    }
}
