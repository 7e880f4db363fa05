package io.shardwright.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An object that is not as desired.
 *
 * <p>What is desired states some fields; the API server adds defaults, status and other managers' fields. So an object is
 * as desired when every stated field stands: objects are compared by their stated fields, lists item by item, and
 * quantities by value ("1024Mi" stands as "1Gi"). A field that is no longer stated is noticed by the hash of everything
 * stated, kept in an annotation.
 *
 * @param desired what is to be applied: as desired, and stamped
 * @param why that it is missing, or the first difference as a path and both values, e.g. {@code .spec.replicas: 1, wanted 2};
 *     values of Secrets are not told
 */
public record Drift(HasMetadata desired, String why) {
    public static final String HASH_ANNOTATION = "clickhouse.shardwright.io/applied-hash";

    /**
     * Empty when the object is as desired. Nearly every pass finds nearly every object so: each is converted once, and only
     * what is to be applied is stamped.
     *
     * @param standing every object that stands
     */
    public static Optional<Drift> of(HasMetadata desired, Map<ObjectRef, HasMetadata> standing) {
        return reason(desired, standing.get(ObjectRef.of(desired))).map(why -> new Drift(stamped(desired), why));
    }

    private static Optional<String> reason(HasMetadata desired, HasMetadata actual) {
        if (actual == null) {
            return Optional.of("it is missing");
        }
        var stated = tree(desired);
        return difference(stated, tree(actual))
                .map(difference -> "Secret".equals(desired.getKind()) ? "its contents differ" : difference)
                .or(() -> hashOf(stated).equals(stampOf(actual))
                        ? Optional.empty()
                        : Optional.of("a field is no longer stated"));
    }

    /** A copy of the object, with the hash of everything that it states. */
    public static <T extends HasMetadata> T stamped(T desired) {
        var stamped = ObjectJson.SERIALIZATION.clone(desired);
        var annotations = new TreeMap<String, String>();
        if (desired.getMetadata().getAnnotations() != null) {
            annotations.putAll(desired.getMetadata().getAnnotations());
        }
        annotations.put(HASH_ANNOTATION, hashOf(tree(desired)));
        stamped.getMetadata().setAnnotations(annotations);
        return stamped;
    }

    private static String stampOf(HasMetadata object) {
        var annotations = object.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(HASH_ANNOTATION, "");
    }

    private static String hashOf(JsonNode stated) {
        return Hashes.of(sorted(stated).toString());
    }

    /** The same fields in the order of their names: the order of a map differs from one process to the next. */
    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            var fields = new TreeMap<String, JsonNode>();
            object.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            return object.objectNode().setAll(fields);
        }
        if (node instanceof ArrayNode array) {
            var sorted = array.arrayNode();
            array.forEach(item -> sorted.add(sorted(item)));
            return sorted;
        }
        return node;
    }

    private static JsonNode tree(HasMetadata object) {
        return ObjectJson.SERIALIZATION.convertValue(object, JsonNode.class);
    }

    private static Optional<String> difference(JsonNode desired, JsonNode actual) {
        if (desired.isObject() && actual != null && actual.isObject()) {
            for (var field : desired.properties()) {
                var difference = difference(field.getValue(), actual.get(field.getKey()));
                if (difference.isPresent()) {
                    return difference.map(within -> "." + field.getKey() + within);
                }
            }
            return Optional.empty();
        }
        if (desired.isArray() && actual != null && actual.isArray() && desired.size() == actual.size()) {
            for (int i = 0; i < desired.size(); i++) {
                var difference = difference(desired.get(i), actual.get(i));
                if (difference.isPresent()) {
                    var index = "[" + i + "]";
                    return difference.map(within -> index + within);
                }
            }
            return Optional.empty();
        }
        return isSame(desired, actual) ? Optional.empty() : Optional.of(": " + actual + ", wanted " + desired);
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
