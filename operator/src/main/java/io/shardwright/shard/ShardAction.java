package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.kube.ApplyAction;
import io.shardwright.kube.Drift;
import io.shardwright.kube.ObjectRef;
import io.shardwright.plan.Action;
import io.shardwright.topology.Host;

/** What the shard reconciler does. */
sealed interface ShardAction extends Action {
    record ApplyObject(HasMetadata desired, String why) implements ShardAction, ApplyAction {
        ApplyObject(Drift drift) {
            this(drift.desired(), drift.why());
        }
    }

    /** Deletes an object of a host that has left the shard. */
    record DeleteObject(HasMetadata object) implements ShardAction {
        @Override
        public String subject() {
            return ObjectRef.of(object).toString();
        }

        @Override
        public String describe() {
            return "delete " + subject() + " (its host has left the shard)";
        }
    }

    /**
     * Has a server read its configuration anew. It does so by itself when a file changes, except that a name in
     * remote_servers that did not resolve at that moment leaves it without any cluster until the next change.
     */
    record ReloadConfig(Host host) implements ShardAction {
        @Override
        public String subject() {
            return "Pod/" + host.podName();
        }

        @Override
        public String describe() {
            return "have " + host.name() + " reload its configuration";
        }
    }

    /**
     * Tells the kubelet, through an annotation of the pod, that what the pod mounts has changed: it then looks at once
     * instead of within a minute or so.
     */
    record AnnounceConfig(Host host, String configHash) implements ShardAction {
        @Override
        public String subject() {
            return "Pod/" + host.podName();
        }

        @Override
        public String describe() {
            return "have " + host.podName() + " read its changed configuration";
        }
    }
}
