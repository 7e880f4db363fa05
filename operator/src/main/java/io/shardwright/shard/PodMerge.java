package io.shardwright.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.shardwright.kube.ObjectJson;
import java.util.Optional;

/**
 * Merges what a user adds to a pod over the operator's own: objects field by field, lists of objects with a name by that name,
 * everything else as the user says.
 */
final class PodMerge {
    private PodMerge() {}

    static PodSpec merge(PodSpec own, Optional<JsonNode> additions) {
        return additions
                .map(node -> ObjectJson.SERIALIZATION.convertValue(
                        merge(ObjectJson.SERIALIZATION.convertValue(own, JsonNode.class), node), PodSpec.class))
                .orElse(own);
    }

    private static JsonNode merge(JsonNode own, JsonNode addition) {
        if (own instanceof ObjectNode ownObject && addition instanceof ObjectNode) {
            var merged = ownObject.deepCopy();
            addition.properties().forEach(field -> {
                var before = merged.get(field.getKey());
                merged.set(field.getKey(), before == null ? field.getValue() : merge(before, field.getValue()));
            });
            return merged;
        }
        if (own instanceof ArrayNode ownArray && addition instanceof ArrayNode && hasNames(own) && hasNames(addition)) {
            return mergeByName(ownArray, addition);
        }
        return addition;
    }

    private static boolean hasNames(JsonNode array) {
        for (var item : array) {
            if (!item.path("name").isTextual()) {
                return false;
            }
        }
        return true;
    }

    private static ArrayNode mergeByName(ArrayNode own, JsonNode additions) {
        var merged = own.deepCopy();
        for (var addition : additions) {
            int index = indexOf(addition.get("name").textValue(), merged);
            if (index < 0) {
                merged.add(addition);
            } else {
                merged.set(index, merge(merged.get(index), addition));
            }
        }
        return merged;
    }

    private static int indexOf(String name, ArrayNode items) {
        for (int i = 0; i < items.size(); i++) {
            if (name.equals(items.get(i).get("name").textValue())) {
                return i;
            }
        }
        return -1;
    }
}
