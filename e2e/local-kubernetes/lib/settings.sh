# Directories and addresses. Everything that the cluster keeps is below STATE; what must not outlive a boot of
# the machine is below VOLATILE.
# shellcheck shell=bash disable=SC2034

REPOSITORY=$(cd "$HERE/../.." && pwd)
readonly REPOSITORY
readonly SHARED=/var/tmp/shardwright
readonly IMAGES=${SHARDWRIGHT_IMAGES:-$SHARED/images}
readonly BINARIES=$SHARED/bin
readonly CLUSTER_STATE=${LOCAL_KUBERNETES_HOME:-$SHARED/local-kubernetes}
readonly CONTROL_PLANE_STATE=$CLUSTER_STATE-control-plane
readonly VOLATILE=/run/shardwright-local-kubernetes

# The state of what is being worked on: the cluster's, unless the command is about the control plane alone.
STATE=$CLUSTER_STATE

readonly HOST_ADDRESS=10.99.0.1
readonly DNS_ADDRESS=10.99.0.10
readonly SERVICE_RANGE=10.96.0.0/16
readonly KUBERNETES_SERVICE_ADDRESS=10.96.0.1
readonly POD_RANGE=10.97.0.0/16
readonly MAX_NODES=9
readonly API_PORT=6443
readonly ETCD_PORT=12379
readonly CONTROL_PLANE_API_PORT=${CONTROL_PLANE_API_PORT:-16443}
readonly CONTROL_PLANE_ETCD_PORT=${CONTROL_PLANE_ETCD_PORT:-22379}

# Marks what belongs to this cluster in tables that it shares with the rest of the machine.
readonly MARK=shardwright-local-kubernetes

node_number() { echo "${1#node}"; }
node_state() { echo "$STATE/$1"; }
node_pods() { echo "10.97.$(node_number "$1").0/24"; }
node_kubelet_port() { echo $((10250 + 100 * ($(node_number "$1") - 1))); }
node_health_port() { echo $((10248 + 100 * ($(node_number "$1") - 1))); }
