package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterSpec;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.CoordinationSpec;
import io.shardwright.crds.DeletionPolicy;
import io.shardwright.crds.ManagedCoordinationSpec;
import io.shardwright.crds.ReplacementSpec;
import io.shardwright.crds.ShardMembers;
import io.shardwright.crds.StorageSpec;
import io.shardwright.crds.UserSpec;
import io.shardwright.plan.Parsed;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns a ClickHouseCluster into an intent, or says what is wrong with it that the API server could not. */
public final class ClusterParser {
    private static final String DEFAULT_VERSION = "26.3";
    private static final String SERVER_REPOSITORY = "clickhouse/clickhouse-server:";
    private static final String ZOOKEEPER_IMAGE = "zookeeper:3.8";
    private static final Storage SERVER_STORAGE = new Storage(new Quantity("10Gi"), Optional.empty());
    private static final Storage ZOOKEEPER_STORAGE = new Storage(new Quantity("1Gi"), Optional.empty());
    private static final Pattern ENDPOINT = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{1,5}");

    private ClusterParser() {}

    /** @param dnsDomain DNS domain of the Kubernetes cluster */
    public static Parsed<ClusterIntent> parse(ClickHouseCluster resource, String dnsDomain) {
        var spec = resource.getSpec();
        if (spec == null) {
            return new Parsed.Rejected<>("spec is missing: add spec, with at least version");
        }
        return badEndpoint(spec.coordination())
                .or(() -> badNetwork(specified(spec.users())))
                .or(() -> badBandwidth(spec.replacement()))
                .<Parsed<ClusterIntent>>map(Parsed.Rejected::new)
                .orElseGet(() -> new Parsed.Accepted<>(intent(resource, spec, dnsDomain)));
    }

    /** What is wanted of a cluster that is not being deleted; empty if its spec is not accepted. */
    public static Optional<ClusterIntent> wanted(ClickHouseCluster resource, String dnsDomain) {
        return resource.getMetadata().getDeletionTimestamp() == null
                        && parse(resource, dnsDomain) instanceof Parsed.Accepted<ClusterIntent>(var intent)
                ? Optional.of(intent)
                : Optional.empty();
    }

    /** What stands, even if the spec is not accepted; empty if there is none. */
    public static Optional<Standing> standing(ClickHouseCluster resource, String dnsDomain) {
        return Optional.ofNullable(resource.getSpec()).map(spec -> standing(resource, spec, dnsDomain));
    }

    private static Standing standing(ClickHouseCluster resource, ClickHouseClusterSpec spec, String dnsDomain) {
        var ref = ref(resource, dnsDomain);
        return new Standing(
                layout(ref, size(spec), resource.getStatus()),
                Leaving.of(ref, resource.getStatus()),
                version(spec),
                storage(spec.storage(), SERVER_STORAGE));
    }

    private static ClusterRef ref(ClickHouseCluster resource, String dnsDomain) {
        var metadata = resource.getMetadata();
        return new ClusterRef(metadata.getNamespace(), metadata.getName(), dnsDomain);
    }

    private static Layout.Size size(ClickHouseClusterSpec spec) {
        return new Layout.Size(
                Objects.requireNonNullElse(spec.shards(), 1), Objects.requireNonNullElse(spec.replicas(), 1));
    }

    private static String version(ClickHouseClusterSpec spec) {
        return Objects.requireNonNullElse(spec.version(), DEFAULT_VERSION);
    }

    private static Optional<String> badEndpoint(CoordinationSpec spec) {
        if (spec == null || spec.endpoints() == null) {
            return Optional.empty();
        }
        return spec.endpoints().stream()
                .filter(endpoint -> !ENDPOINT.matcher(endpoint).matches())
                .findFirst()
                .map(endpoint -> "coordination.endpoints: \"" + endpoint
                        + "\" is not host:port; write for example zookeeper-0.zookeeper:2181");
    }

    private static Optional<String> badNetwork(List<UserSpec> users) {
        return users.stream()
                .flatMap(user -> specified(user.networks()).stream()
                        .filter(network -> Network.of(network).isEmpty())
                        .map(network -> "users: the networks of " + user.name() + " hold \"" + network
                                + "\", which is no network; write for example 10.0.0.0/8, fd00::/8 or 192.0.2.7"))
                .findFirst();
    }

    /** The API server knows quantities that are less than a byte, or more than can be counted. */
    private static Optional<String> badBandwidth(ReplacementSpec spec) {
        return Optional.ofNullable(spec)
                .map(ReplacementSpec::bandwidth)
                .filter(bandwidth -> !isCountable(Quantity.getAmountInBytes(bandwidth)))
                .map(bandwidth -> "replacement.bandwidth: \"" + bandwidth
                        + "\" is not a number of bytes per second, of at least 1; write for example 50Mi");
    }

    private static boolean isCountable(BigDecimal bytes) {
        return bytes.compareTo(BigDecimal.ONE) >= 0 && bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
    }

    private static ClusterIntent intent(ClickHouseCluster resource, ClickHouseClusterSpec spec, String dnsDomain) {
        var ref = ref(resource, dnsDomain);
        var standing = standing(resource, spec, dnsDomain);
        return new ClusterIntent(
                ref,
                resource.getMetadata().getUid(),
                standing.version(),
                Objects.requireNonNullElse(spec.image(), SERVER_REPOSITORY + standing.version()),
                size(spec),
                standing.layout(),
                standing.leaving(),
                coordination(ref, spec.coordination()),
                standing.storage(),
                users(specified(spec.users())),
                ClusterIntent.PodAdditions.of(spec.template()),
                spec.deletionPolicy() != DeletionPolicy.Delete);
    }

    private static Layout layout(ClusterRef ref, Layout.Size size, ClickHouseClusterStatus status) {
        return status == null || status.layout() == null || status.layout().isEmpty()
                ? Layout.of(ref, size)
                : Layout.of(
                        ref,
                        status.layout().stream()
                                .collect(Collectors.toMap(ShardMembers::shard, ShardMembers::replicas)));
    }

    private static Coordination coordination(ClusterRef ref, CoordinationSpec spec) {
        if (spec == null) {
            return new Coordination.Managed(ref, 1, ZOOKEEPER_IMAGE, ZOOKEEPER_STORAGE, defaultRoot(ref));
        }
        var root = Objects.requireNonNullElse(spec.root(), defaultRoot(ref));
        if (spec.endpoints() != null && !spec.endpoints().isEmpty()) {
            return new Coordination.External(
                    spec.endpoints().stream()
                            .map(endpoint -> qualified(endpoint, ref))
                            .toList(),
                    root);
        }
        var managed = Objects.requireNonNullElse(spec.managed(), new ManagedCoordinationSpec(null, null, null));
        return new Coordination.Managed(
                ref,
                Objects.requireNonNullElse(managed.replicas(), 1),
                Objects.requireNonNullElse(managed.image(), ZOOKEEPER_IMAGE),
                storage(managed.storage(), ZOOKEEPER_STORAGE),
                root);
    }

    /** A name without a dot is a Service beside the cluster, for the operator in its own namespace too. */
    private static String qualified(String endpoint, ClusterRef ref) {
        int colon = endpoint.lastIndexOf(':');
        var host = endpoint.substring(0, colon);
        return host.contains(".")
                ? endpoint
                : host + "." + ref.namespace() + ".svc." + ref.dnsDomain() + endpoint.substring(colon);
    }

    /** Two clusters with one root would take each other's tables for their own. */
    private static String defaultRoot(ClusterRef ref) {
        return "/clickhouse/" + ref.namespace() + "/" + ref.name();
    }

    private static Storage storage(StorageSpec spec, Storage otherwise) {
        return spec == null ? otherwise : new Storage(spec.size(), Optional.ofNullable(spec.storageClassName()));
    }

    private static List<User> users(List<UserSpec> specs) {
        var ofSpec = specs.stream()
                .map(spec -> new User(
                        spec.name(),
                        Boolean.TRUE.equals(spec.readOnly()) ? User.Access.readonly : User.Access.full,
                        specified(spec.networks()).stream()
                                .flatMap(network -> Network.of(network).stream())
                                .toList()));
        return Stream.concat(User.ofEveryCluster().stream(), ofSpec).toList();
    }

    private static <T> List<T> specified(List<T> list) {
        return list == null ? List.of() : list;
    }
}
