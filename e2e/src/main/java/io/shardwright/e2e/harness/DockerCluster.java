package io.shardwright.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** k3s in Docker, where Docker answers. Testcontainers removes it when this process ends. */
final class DockerCluster implements ClusterProvider {
    private static final DockerImageName IMAGE = DockerImageName.parse("rancher/k3s:v1.34.1-k3s1");

    @Override
    public Optional<TestCluster> start() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.empty();
        }
        @SuppressWarnings("resource") // it must outlive this method, and ends with the process
        var k3s = new K3sContainer(IMAGE);
        k3s.start();
        try {
            loadImages(k3s);
            var kubeconfig = Files.createTempFile("k3s", ".kubeconfig");
            kubeconfig.toFile().deleteOnExit();
            Files.writeString(kubeconfig, k3s.getKubeConfigYaml());
            return Optional.of(new TestCluster("k3s in Docker", kubeconfig, Images.operatorHash()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while images were loaded into k3s", e);
        }
    }

    private static void loadImages(K3sContainer k3s) throws IOException, InterruptedException {
        for (var image : Images.all()) {
            var inside = "/tmp/" + image.getFileName();
            k3s.copyFileToContainer(MountableFile.forHostPath(image), inside);
            var result = k3s.execInContainer("ctr", "--namespace", "k8s.io", "images", "import", inside);
            if (result.getExitCode() != 0) {
                throw new IllegalStateException("k3s does not take " + image + ": " + result.getStderr());
            }
        }
    }
}
