package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.shardwright.crds.Api;

/** Owner references: what is made for a resource goes with it, without a finalizer. */
public final class Owners {
    private static final String API_VERSION = Api.GROUP + "/" + Api.VERSION;

    private Owners() {}

    public static OwnerReference of(ClusterIntent cluster) {
        return of("ClickHouseCluster", cluster.ref().name(), cluster.uid());
    }

    /** @param kind one of the operator's own */
    public static OwnerReference of(String kind, String name, String uid) {
        return new OwnerReferenceBuilder()
                .withApiVersion(API_VERSION)
                .withKind(kind)
                .withName(name)
                .withUid(uid)
                .withController(true)
                .withBlockOwnerDeletion(false)
                .build();
    }
}
