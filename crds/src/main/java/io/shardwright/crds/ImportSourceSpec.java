package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Files and how they are written. */
@ValidationRule(
        value = "!has(self.columns) || self.format in ['CSV', 'TSV']",
        message = "columns are for CSV and TSV: the other formats name the columns themselves; remove columns")
public record ImportSourceSpec(
        @JsonPropertyDescription("Files over HTTP or HTTPS.") @Required
        HttpSourceSpec http,

        @JsonPropertyDescription(
                "CSVWithNames (the first line names the columns), CSV, TSV, or JSONEachRow (one object a" + " line).")
        @Required
        ImportFormat format,

        @JsonPropertyDescription("Auto (gzip when the file begins as a gzip file does), None or Gzip. Default: Auto.")
        @Default("Auto")
        ImportCompression compression,

        @JsonPropertyDescription(
                "Texts that mean NULL in columns whose type is Nullable, e.g. NA. In CSVWithNames and CSV"
                        + " they are compared with unquoted fields. Default: \\N alone.")
        List<String> nullTexts,

        @JsonPropertyDescription(
                "Names of the columns in the order of the fields of a CSV or TSV line. Default: the table's"
                        + " columns in order.")
        @Size(min = 1, max = 2000)
        List<String> columns) {}
