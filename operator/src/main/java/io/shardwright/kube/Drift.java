package io.shardwright.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Says where an object differs from what is desired, so that only differences are written.
 *
 * <p>What is desired states some fields; the API server adds defaults, status and other managers' fields. So an object is
 * as desired when every stated field stands: objects are compared by their stated fields, lists item by item, and
 * quantities by value ("1024Mi" stands as "1Gi"). A field that is no longer stated is noticed by the hash of everything
 * stated, kept in an annotation.
 */
public final class Drift {
    public static final String HASH_ANNOTATION = "clickhouse.shardwright.io/applied-hash";

    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

    private Drift() {}

    /**
     * The first difference, as a path and both values, e.g. {@code .spec.replicas: 1, wanted 2}; empty when there is none.
     * Values of Secrets are not told.
     */
    public static Optional<String> between(HasMetadata desired, HasMetadata actual) {
        return difference("", withoutHash(desired), tree(actual))
                .map(difference -> "Secret".equals(desired.getKind()) ? "its contents differ" : difference)
                .or(() -> hashOf(desired).equals(hashOf(actual))
                        ? Optional.empty()
                        : Optional.of("a field is no longer stated"));
    }

    /** A copy of the object, with the hash of everything that it states. */
    public static <T extends HasMetadata> T stamped(T desired) {
        var stamped = SERIALIZATION.clone(desired);
        var annotations = new TreeMap<String, String>();
        if (desired.getMetadata().getAnnotations() != null) {
            annotations.putAll(desired.getMetadata().getAnnotations());
        }
        annotations.put(HASH_ANNOTATION, Hashes.of(sorted(tree(desired)).toString()));
        stamped.getMetadata().setAnnotations(annotations);
        return stamped;
    }

    private static JsonNode withoutHash(HasMetadata object) {
        var tree = tree(object);
        if (tree.at("/metadata/annotations") instanceof ObjectNode annotations) {
            annotations.remove(HASH_ANNOTATION);
        }
        return tree;
    }

    private static String hashOf(HasMetadata object) {
        var annotations = object.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(HASH_ANNOTATION, "");
    }

    /** The same fields in the order of their names: the order of a map differs from one process to the next. */
    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            var sorted = object.objectNode();
            object.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(field -> sorted.set(field.getKey(), sorted(field.getValue())));
            return sorted;
        }
        if (node instanceof ArrayNode array) {
            var sorted = array.arrayNode();
            array.forEach(item -> sorted.add(sorted(item)));
            return sorted;
        }
        return node;
    }

    private static JsonNode tree(HasMetadata object) {
        return SERIALIZATION.convertValue(object, JsonNode.class);
    }

    private static Optional<String> difference(String path, JsonNode desired, JsonNode actual) {
        if (desired.isObject() && actual != null && actual.isObject()) {
            return desired.properties().stream()
                    .flatMap(field ->
                            difference(path + "." + field.getKey(), field.getValue(), actual.get(field.getKey()))
                                    .stream())
                    .findFirst();
        }
        if (desired.isArray() && actual != null && actual.isArray() && desired.size() == actual.size()) {
            for (int i = 0; i < desired.size(); i++) {
                var difference = difference(path + "[" + i + "]", desired.get(i), actual.get(i));
                if (difference.isPresent()) {
                    return difference;
                }
            }
            return Optional.empty();
        }
        return isSame(desired, actual) ? Optional.empty() : Optional.of(path + ": " + actual + ", wanted " + desired);
    }

    /** An empty object or list and an absent one are the same to the API server. */
    private static boolean isSame(JsonNode desired, JsonNode actual) {
        if (actual == null || actual.isNull()) {
            return desired.isNull() || desired.isContainerNode() && desired.isEmpty();
        }
        return desired.equals(actual) || isSameQuantity(desired.asText(), actual.asText());
    }

    private static boolean isSameQuantity(String desired, String actual) {
        if (desired.isEmpty() || actual.isEmpty() || !Character.isDigit(desired.charAt(0))) {
            return false;
        }
        try {
            return Quantity.getAmountInBytes(Quantity.parse(desired))
                            .compareTo(Quantity.getAmountInBytes(Quantity.parse(actual)))
                    == 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
