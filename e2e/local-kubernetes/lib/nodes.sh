# A node is a containerd and a kubelet in a process namespace and a mount namespace of their own, below one
# process: killing that one takes everything away at once, containers and mounts included.
# shellcheck shell=bash

all_nodes() {
  local directory
  for directory in "$STATE"/node[0-9]*/; do
    basename "$directory"
  done
}

node_socket() { echo "$VOLATILE/$1/containerd/containerd.sock"; }

# node_boot NAME: returns at once; the node is up when it is Ready.
node_boot() {
  local node=$1
  running "$node" && return
  node_clean "$node"
  require_free_ports "$node" "$HOST_ADDRESS:$(node_kubelet_port "$node")" "127.0.0.1:$(node_health_port "$node")"
  make_node_identity "$node"
  node_configure "$node"
  node_cgroups_make "$node"
  node_network_up "$node"
  start "$node" unshare --mount --pid --fork --kill-child --mount-proc \
    bash "$HERE/lib/node/init" "$node" "$(node_state "$node")" "$VOLATILE/$node" "$STATE" "$HOST_ADDRESS"
}

# What a boot of a real machine would find empty.
node_clean() {
  rm -rf "${VOLATILE:?}/$1"
  node_cgroups_remove "$1"
}

node_stop() {
  node_network_cut "$1"
  stop KILL "$1"
  node_clean "$1"
}

node_start_and_wait() {
  must_run kube-apiserver
  node_boot "$1"
  wait_for_nodes "$1"
}

node_command() {
  local action=$1 node=${2:-}
  require_linux_root
  lock_state
  [[ -n $node && -d $(node_state "$node") ]] || fail "which node? There are: $(all_nodes | xargs)"
  "$action" "$node"
  say "$node is $(node_condition "$node")"
}

wait_for_nodes() {
  local node
  for node in "$@"; do
    wait_until 60 node_reported "$node" ||
      fail "$node does not get ready; its last words:"$'\n'"$(last_words "$node")"
  done
}

# Ready by what its present kubelet says: until it has reported, what the one before it said still stands.
node_reported() {
  local booted=$VOLATILE/$1/booted
  must_run "$1"
  [[ -s $booted && $(node_condition "$1") == Ready ]] && reported_since "$1" "$(<"$booted")"
}

# reported_since NODE TIME: whether it has renewed its lease, and no container is said to run since before then.
reported_since() {
  local lease started
  lease=$(kubectl get lease "$1" -n kube-node-lease -o 'jsonpath={.spec.renewTime}' 2>/dev/null) || return 1
  started=$(kubectl get pods -A --field-selector "spec.nodeName=$1" -o \
    'jsonpath={range .items[*].status.containerStatuses[*]}{.state.running.startedAt}{"\n"}{end}') || return 1
  [[ $lease > $2 ]] && ! awk -v since="$2" '$1 != "" && $1 < since {found = 1} END {exit !found}' <<<"$started"
}

node_condition() {
  local ready
  running "$1" || { echo stopped; return; }
  ready=$(kubectl get node "$1" --ignore-not-found \
    -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null) || true
  if [[ $ready == True ]]; then echo Ready; else echo NotReady; fi
}

node_configure() {
  local node=$1 directory
  directory=$(node_state "$node")
  mkdir -p "$directory/volumes"
  containerd_configuration "$directory" >"$directory/containerd.toml"
  network_configuration "$node" "$directory" >"$directory/network.conflist"
  kubelet_configuration "$node" >"$directory/kubelet.yaml"
}

# The paths below /run are the node's own: see node/init. restrict_oom_score_adj: without CAP_SYS_RESOURCE,
# which containers often lack, runc cannot lower the score, and no pod would start.
containerd_configuration() {
  cat <<TOML
version = 2
root = "$1/containerd"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
]
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  sandbox_image = "docker.io/shardwright/pause:1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/run/cni"
TOML
}

network_configuration() {
  cat <<JSON
{
  "cniVersion": "0.4.0",
  "name": "local",
  "plugins": [{
    "type": "ptp",
    "ipam": {
      "type": "host-local",
      "dataDir": "/run/cni/addresses",
      "ranges": [[{"subnet": "$(node_pods "$1")"}]],
      "routes": [{"dst": "0.0.0.0/0"}]
    }
  }]
}
JSON
}

# Images cannot be pulled again, so none is ever collected as garbage, however full the disk is.
kubelet_configuration() {
  cat <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $HOST_ADDRESS
port: $(node_kubelet_port "$1")
healthzPort: $(node_health_port "$1")
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: $STATE/pki/authority.crt}}
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: $(node_cgroup "$1")
enforceNodeAllocatable: [none]
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
clusterDNS: [$DNS_ADDRESS]
clusterDomain: cluster.local
resolvConf: $STATE/resolv.conf
makeIPTablesUtilChains: false
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 500Mi}
nodeLeaseDurationSeconds: 12
nodeStatusUpdateFrequency: 4s
serializeImagePulls: false
eventRecordQPS: 0
kubeAPIQPS: 500
kubeAPIBurst: 1000
YAML
}
