package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** Tables whose partitions of the same id stay together. */
public record TableGroup(
        @JsonPropertyDescription("The tables, as database.table; at least two.") @Required @Size(min = 2, max = 100)
        List<@Pattern("^[^.*]+[.][^*]+$") String> tables) {}
