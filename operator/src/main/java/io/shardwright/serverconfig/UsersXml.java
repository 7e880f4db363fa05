package io.shardwright.serverconfig;

import io.shardwright.topology.User;
import java.util.List;
import java.util.Map;

/**
 * users.d: every user with the SHA-256 of its password. It takes the place of the image's own users, so that none without a
 * password is left, and states profile, quota and networks for each, without which a server does not start.
 */
public final class UsersXml {
    private static final String QUOTA = "default";
    private static final String PROFILE = "default";
    private static final String READ_ONLY_PROFILE = "readonly";

    private UsersXml() {}

    /** @param sha256ByUser the SHA-256 of each user's password, in hexadecimal */
    public static String render(List<User> users, Map<String, String> sha256ByUser) {
        var entries = users.stream()
                .map(user -> user(user, sha256ByUser.get(user.name())))
                .toList();
        return Xml.of(
                        ConfigFiles.ROOT,
                        Xml.of(
                                "profiles",
                                Xml.of(PROFILE),
                                // 2: may read and change settings, which HTTP clients do with every request.
                                Xml.of(READ_ONLY_PROFILE, Xml.text("readonly", 2))
                                        .replacing()),
                        Xml.of("users", entries).replacing(),
                        Xml.of("quotas", Xml.of(QUOTA, unlimited())).replacing())
                .document();
    }

    private static Xml user(User user, String sha256) {
        var networks = user.networks().stream()
                .map(network -> Xml.text("ip", network.cidr()))
                .toList();
        return Xml.of(
                user.name(),
                Xml.text("password_sha256_hex", sha256),
                Xml.of("networks", networks),
                Xml.text("profile", user.access() == User.Access.readonly ? READ_ONLY_PROFILE : PROFILE),
                Xml.text("quota", QUOTA));
    }

    private static Xml unlimited() {
        return Xml.of(
                "interval",
                Xml.text("duration", 3600),
                Xml.text("queries", 0),
                Xml.text("errors", 0),
                Xml.text("result_rows", 0),
                Xml.text("read_rows", 0),
                Xml.text("execution_time", 0));
    }
}
