package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterSpec;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.CoordinationSpec;
import io.shardwright.crds.DeletionPolicy;
import io.shardwright.crds.ManagedCoordinationSpec;
import io.shardwright.crds.PodTemplate;
import io.shardwright.crds.ShardMembers;
import io.shardwright.crds.StorageSpec;
import io.shardwright.crds.UserSpec;
import io.shardwright.plan.Parsed;
import java.util.List;
import java.util.Map;
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
                .<Parsed<ClusterIntent>>map(Parsed.Rejected::new)
                .orElseGet(() -> new Parsed.Accepted<>(intent(resource, spec, dnsDomain)));
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

    private static ClusterIntent intent(ClickHouseCluster resource, ClickHouseClusterSpec spec, String dnsDomain) {
        var metadata = resource.getMetadata();
        var ref = new ClusterRef(metadata.getNamespace(), metadata.getName(), dnsDomain);
        var size = new Layout.Size(
                Objects.requireNonNullElse(spec.shards(), 1), Objects.requireNonNullElse(spec.replicas(), 1));
        var version = Objects.requireNonNullElse(spec.version(), DEFAULT_VERSION);
        return new ClusterIntent(
                ref,
                metadata.getUid(),
                version,
                Objects.requireNonNullElse(spec.image(), SERVER_REPOSITORY + version),
                size,
                layout(ref, size, resource.getStatus()),
                Leaving.of(ref, resource.getStatus()),
                coordination(ref, spec.coordination()),
                storage(spec.storage(), SERVER_STORAGE),
                users(spec.users()),
                podAdditions(spec.template()),
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
        var ofSpec = (specs == null ? List.<UserSpec>of() : specs)
                .stream()
                        .map(spec -> new User(
                                spec.name(),
                                Boolean.TRUE.equals(spec.readOnly()) ? User.Access.readonly : User.Access.full,
                                spec.networks()));
        return Stream.concat(User.ofEveryCluster().stream(), ofSpec).toList();
    }

    private static ClusterIntent.PodAdditions podAdditions(PodTemplate template) {
        return template == null
                ? ClusterIntent.PodAdditions.none()
                : new ClusterIntent.PodAdditions(
                        Objects.requireNonNullElse(template.labels(), Map.of()),
                        Objects.requireNonNullElse(template.annotations(), Map.of()),
                        Optional.ofNullable(template.spec()));
    }
}
