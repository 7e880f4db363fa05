package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** A time of day, every day. */
@ValidationRule(
        value =
                "!has(self.timeZone) || self.timeZone != '' && timestamp('2020-01-01T00:00:00Z').getHours(self.timeZone) >= 0",
        message = "timeZone is not a time zone; write for example Europe/Berlin")
public record TimeWindow(
        @JsonPropertyDescription("Begin, as hh:mm, e.g. 22:00.") @Required @Pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$")
        String from,

        @JsonPropertyDescription("End, as hh:mm; before the begin means on the next day.")
        @Required
        @Pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$")
        String to,

        @JsonPropertyDescription("Time zone of both, e.g. Europe/Berlin. Default: UTC.") @Default("UTC")
        String timeZone) {}
