package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Files over HTTP. */
@ValidationRule(
        value = "self.urls.all(u, u.startsWith('http://') || u.startsWith('https://'))",
        message = "urls: each must begin with http:// or https://")
public record HttpSourceSpec(
        @JsonPropertyDescription("URL of each file; at least one. They are read in this order.")
        @Required
        @Size(min = 1, max = 10000)
        List<String> urls) {}
