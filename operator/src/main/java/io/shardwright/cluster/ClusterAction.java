package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.kube.ApplyAction;
import io.shardwright.kube.Drift;
import io.shardwright.kube.ObjectRef;
import io.shardwright.plan.Action;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.User;

/** What the cluster reconciler does. */
sealed interface ClusterAction extends Action {
    record ApplyObject(HasMetadata desired, String why) implements ClusterAction, ApplyAction {
        ApplyObject(Drift drift) {
            this(drift.desired(), drift.why());
        }
    }

    /** Deletes an object, and what it owns. */
    record DeleteObject(HasMetadata object, String why) implements ClusterAction {
        @Override
        public String subject() {
            return ObjectRef.of(object).toString();
        }

        @Override
        public String describe() {
            return "delete " + subject() + " (" + why + ")";
        }
    }

    /** Makes a Secret with a new password for a user, unless the Secret stands. */
    record GeneratePassword(ClusterIntent cluster, User user) implements ClusterAction {
        @Override
        public String subject() {
            return "Secret/" + cluster.ref().userSecretName(user.name());
        }

        @Override
        public String describe() {
            return "generate the password of user " + user.name();
        }
    }

    /** Makes the znode below which the cluster keeps everything; servers do not make it themselves. */
    record CreateCoordinationRoot(ClusterRef cluster, Coordination coordination) implements ClusterAction {
        @Override
        public String subject() {
            return "coordination";
        }

        @Override
        public String describe() {
            return "create znode " + coordination.root();
        }
    }
}
