package io.shardwright.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DriftTest {
    @Test
    void ignoresWhatTheServerAdds() {
        var desired = new ServiceBuilder()
                .withNewMetadata()
                .withName("s")
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withName("http")
                .withPort(8123)
                .endPort()
                .endSpec()
                .build();
        var actual = new ServiceBuilder(Drift.stamped(desired))
                .editSpec()
                .withClusterIP("10.0.0.1")
                .editFirstPort()
                .withProtocol("TCP")
                .endPort()
                .endSpec()
                .build();

        assertThat(why(desired, actual)).isEmpty();
    }

    @Test
    void tellsWhichFieldDiffers() {
        var desired = configMap(Map.of("a", "1"));
        var actual =
                new ConfigMapBuilder(Drift.stamped(desired)).addToData("a", "2").build();

        assertThat(why(desired, actual)).contains(".data.a: \"2\", wanted \"1\"");
    }

    @Test
    void noticesAFieldThatIsNoLongerStated() {
        var before = Drift.stamped(configMap(Map.of("a", "1", "b", "2")));
        var after = configMap(Map.of("a", "1"));

        assertThat(why(after, before)).contains("a field is no longer stated");
    }

    @Test
    void comparesQuantitiesByValue() {
        var desired = claim("1024Mi");
        var actual = new PersistentVolumeClaimBuilder(Drift.stamped(desired));

        assertThat(why(desired, actual.withSpec(claim("1Gi").getSpec()).build()))
                .isEmpty();
        assertThat(why(desired, actual.withSpec(claim("2Gi").getSpec()).build()))
                .contains(".spec.resources.requests.storage: \"2Gi\", wanted \"1024Mi\"");
    }

    @Test
    void tellsWhatIsMissing() {
        var desired = configMap(Map.of("a", "1"));

        assertThat(Drift.of(desired, Map.of())).contains(new Drift(Drift.stamped(desired), "it is missing"));
    }

    @Test
    void seesWhatSomeoneElseAppliedOverAStamp() {
        var desired = configMap(Map.of("a", "1"));
        var actual = new ConfigMapBuilder(Drift.stamped(desired))
                .editMetadata()
                .addNewManagedField()
                .withManager("someone")
                .endManagedField()
                .endMetadata()
                .build();

        assertThat(why(desired, actual)).isEmpty();
        assertThat(why(desired, new ConfigMapBuilder(actual).addToData("a", "2").build()))
                .isPresent();
    }

    @Test
    void tellsNoSecret() {
        var desired = new SecretBuilder()
                .withNewMetadata()
                .withName("s")
                .endMetadata()
                .addToData("password", "c2VjcmV0")
                .build();
        var actual = new SecretBuilder(Drift.stamped(desired))
                .addToData("password", "b3RoZXI=")
                .build();

        assertThat(why(desired, actual)).contains("its contents differ");
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

    private static Optional<String> why(HasMetadata desired, HasMetadata actual) {
        return Drift.of(desired, Map.of(ObjectRef.of(actual), actual)).map(Drift::why);
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
