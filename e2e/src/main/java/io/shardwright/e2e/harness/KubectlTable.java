package io.shardwright.e2e.harness;

import io.shardwright.crds.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code kubectl get} prints of a kind: the API server makes the table, kubectl only aligns it. */
public record KubectlTable(List<Map<String, String>> rows) {
    /** @param plural of one of the operator's kinds */
    public static KubectlTable of(Sandbox sandbox, String plural) {
        var client = sandbox.client();
        var path = "apis/" + Api.GROUP + "/" + Api.VERSION + "/namespaces/" + sandbox.namespace() + "/" + plural;
        var request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(client.getMasterUrl() + path)
                .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                .build();
        var body =
                client.getHttpClient().sendAsync(request, String.class).join().body();
        return parse(client.getKubernetesSerialization().unmarshal(body, Map.class));
    }

    private static KubectlTable parse(Map<?, ?> table) {
        var names = ((List<?>) table.get("columnDefinitions"))
                .stream()
                        .map(column -> String.valueOf(((Map<?, ?>) column).get("name")))
                        .toList();
        var rows = new ArrayList<Map<String, String>>();
        for (var row : (List<?>) table.get("rows")) {
            var cells = (List<?>) ((Map<?, ?>) row).get("cells");
            var named = new TreeMap<String, String>();
            for (int i = 0; i < names.size(); i++) {
                named.put(names.get(i), String.valueOf(cells.get(i)));
            }
            rows.add(named);
        }
        return new KubectlTable(rows);
    }
}
