package io.shardwright.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DriftTest {
    @Test
    void ignoresWhatTheServerAdds() {
        var desired = Drift.stamped(new ServiceBuilder()
                .withNewMetadata()
                .withName("s")
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withName("http")
                .withPort(8123)
                .endPort()
                .endSpec()
                .build());
        var actual = new ServiceBuilder(desired)
                .editSpec()
                .withClusterIP("10.0.0.1")
                .editFirstPort()
                .withProtocol("TCP")
                .endPort()
                .endSpec()
                .build();

        assertThat(Drift.between(desired, actual)).isEmpty();
    }

    @Test
    void tellsWhichFieldDiffers() {
        var desired = Drift.stamped(configMap(Map.of("a", "1")));
        var actual = new ConfigMapBuilder(desired).addToData("a", "2").build();

        assertThat(Drift.between(desired, actual)).contains(".data.a: \"2\", wanted \"1\"");
    }

    @Test
    void noticesAFieldThatIsNoLongerStated() {
        var before = Drift.stamped(configMap(Map.of("a", "1", "b", "2")));
        var after = Drift.stamped(configMap(Map.of("a", "1")));

        assertThat(Drift.between(after, before)).contains("a field is no longer stated");
    }

    @Test
    void comparesQuantitiesByValue() {
        assertThat(Drift.between(claim("1024Mi"), claim("1Gi"))).isEmpty();
        assertThat(Drift.between(claim("1Gi"), claim("2Gi"))).isPresent();
    }

    @Test
    void tellsNoSecret() {
        var desired = Drift.stamped(new SecretBuilder()
                .withNewMetadata()
                .withName("s")
                .endMetadata()
                .addToData("password", "c2VjcmV0")
                .build());
        var actual =
                new SecretBuilder(desired).addToData("password", "b3RoZXI=").build();

        assertThat(Drift.between(desired, actual)).contains("its contents differ");
    }

    @Test
    void hashesTheSameWhateverTheOrderOfAMap() {
        var one = new LinkedHashMap<String, String>();
        one.put("a", "1");
        one.put("b", "2");
        var other = new LinkedHashMap<String, String>();
        other.put("b", "2");
        other.put("a", "1");

        assertThat(Drift.stamped(configMap(one)).getMetadata().getAnnotations())
                .isEqualTo(Drift.stamped(configMap(other)).getMetadata().getAnnotations());
    }

    @Test
    void leavesTheObjectThatItStampsAsItWas() {
        var object = configMap(Map.of("a", "1"));

        Drift.stamped(object);

        assertThat(object.getMetadata().getAnnotations()).isEmpty();
    }

    private static ConfigMap configMap(Map<String, String> data) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName("m")
                .endMetadata()
                .withData(data)
                .build();
    }

    private static PersistentVolumeClaim claim(String size) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("c")
                .endMetadata()
                .withNewSpec()
                .withNewResources()
                .addToRequests("storage", new Quantity(size))
                .endResources()
                .endSpec()
                .build();
    }
}
