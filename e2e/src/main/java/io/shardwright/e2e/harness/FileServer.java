package io.shardwright.e2e.harness;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.Map;

/** Small files over HTTP, inside the cluster. */
public record FileServer(String namespace) {
    private static final String YAML = """
            apiVersion: v1
            kind: Pod
            metadata: {name: files, labels: {app: files}}
            spec:
              terminationGracePeriodSeconds: 0
              automountServiceAccountToken: false
              securityContext: {runAsNonRoot: true, runAsUser: 65534, seccompProfile: {type: RuntimeDefault}}
              containers:
                - name: httpd
                  image: docker.io/library/busybox:1.35
                  command: [httpd, -f, -p, "8080", -h, /www]
                  ports: [{containerPort: 8080}]
                  readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                  volumeMounts: [{name: www, mountPath: /www}]
              volumes: [{name: www, configMap: {name: files}}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: files}
            spec: {selector: {app: files}, ports: [{port: 8080}]}
            """;

    /** @param files their text by name */
    public static FileServer start(Sandbox sandbox, Map<String, String> files) {
        sandbox.apply(new ConfigMapBuilder()
                .withNewMetadata()
                .withName("files")
                .endMetadata()
                .withData(files)
                .build());
        sandbox.apply(YAML);
        await("the file server gets ready")
                .atMost(Sandbox.SOON)
                .until(() -> Readiness.isPodReady(sandbox.client()
                        .pods()
                        .inNamespace(sandbox.namespace())
                        .withName("files")
                        .get()));
        return new FileServer(sandbox.namespace());
    }

    public String url(String file) {
        return "http://files." + namespace + ".svc:8080/" + file;
    }
}
