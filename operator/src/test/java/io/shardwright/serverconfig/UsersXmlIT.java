package io.shardwright.serverconfig;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterSpec;
import io.shardwright.plan.Parsed;
import io.shardwright.testing.SingleServer;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterParser;
import io.shardwright.topology.User;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a real server makes of the users that it is given. */
final class UsersXmlIT {
    private static final String PASSWORD = "secret";
    private static final String SHA256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    /** 18.16.1 counts the bits of a network from the front of an IPv6 address, also where it is one of IPv4. */
    @Test
    void usersComeInFromTheirNetworksOnly() throws IOException, InterruptedException {
        var users = users("""
                users:
                - {name: anywhere}
                - {name: here, networks: [127.0.0.0/8]}
                - {name: address, networks: [127.0.0.1]}
                - {name: any-ipv4, networks: [0.0.0.0/0]}
                - {name: elsewhere, networks: [10.0.0.0/8, "fd00::/8"]}
                - {name: neighbour, networks: [127.0.0.2]}
                """);
        var hashes = users.stream().collect(Collectors.toMap(User::name, user -> SHA256));
        try (var server = SingleServer.start(UsersXml.render(users, hashes))) {
            for (var admitted : List.of("default", "anywhere", "here", "address", "any-ipv4")) {
                assertThat(answer(server, admitted)).as(admitted).isEqualTo("1\n");
            }
            for (var refused : List.of("elsewhere", "neighbour")) {
                assertThat(answer(server, refused)).contains(refused + " is not allowed to connect from address");
            }
        }
    }

    private static List<User> users(String spec) {
        var resource = new ClickHouseCluster();
        resource.setMetadata(
                new ObjectMetaBuilder().withName("c").withNamespace("ns").build());
        resource.setSpec(Serialization.unmarshal(spec, ClickHouseClusterSpec.class));
        return ((Parsed.Accepted<ClusterIntent>) ClusterParser.parse(resource, "cluster.local"))
                .intent()
                .users();
    }

    private static String answer(SingleServer server, String user) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.http() + "/?query=SELECT%201"))
                .header("X-ClickHouse-User", user)
                .header("X-ClickHouse-Key", PASSWORD)
                .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }
}
