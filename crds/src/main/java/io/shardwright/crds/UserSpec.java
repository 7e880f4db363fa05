package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import java.util.List;

/** A user of the servers; the password is generated and stands only in the Secret {@code <cluster>-user-<name>}. */
public record UserSpec(
        @JsonPropertyDescription("Name to log in with: at most 63 lower-case letters, digits and dashes.")
        @Required
        @Pattern("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")
        String name,

        @JsonPropertyDescription("True: the user may read and change settings, not data or tables. Default: false.")
        @Default("false")
        Boolean readOnly,

        @JsonPropertyDescription("Networks that the user may connect from, in CIDR notation (10.0.0.0/8, fd00::/8), or"
                + " single addresses. Default: any (::/0).")
        List<
                        @Pattern("^([0-9]{1,3}(\\.[0-9]{1,3}){3}(/([0-9]|[12][0-9]|3[0-2]))?|"
                                + "[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?)$")
                        String>
                networks) {}
