# The whole cluster: up, down, status.
# shellcheck shell=bash

readonly COMPONENTS=(etcd kube-apiserver kube-controller-manager kube-scheduler kube-proxy coredns local-path-provisioner)

cluster_up() {
  local nodes
  require_cluster_machine
  nodes=$(nodes_asked "$@")
  lock_state
  make_nodes "$nodes"
  cluster_runs || cluster_start
  load_into_nodes "$IMAGES"/*.tar
  # shellcheck disable=SC2046
  wait_for_nodes $(all_nodes)
  say "up with $(all_nodes | wc -l) nodes: export KUBECONFIG=$STATE/kubeconfig PATH=$STATE/bin:\$PATH"
}

nodes_asked() {
  case "$#:${1:-}" in
    0:) echo 0 ;;
    2:--nodes) [[ $2 =~ ^[1-$MAX_NODES]$ ]] || fail "--nodes takes a number from 1 to $MAX_NODES, not $2"; echo "$2" ;;
    *) usage >&2; return 2 ;;
  esac
}

# make_nodes N: makes it N nodes; 0 leaves those that there are, or makes 2.
make_nodes() {
  local wanted=$1 present node
  present=$(all_nodes | wc -l)
  ((wanted)) || wanted=$((present ? present : 2))
  ((present <= wanted)) || fail "the cluster has $present nodes; to have fewer, remove it with 'down --purge' first"
  for node in $(seq -f 'node%g' "$wanted"); do
    mkdir -p "$STATE/$node"
  done
}

cluster_runs() {
  local name
  for name in "${COMPONENTS[@]}" $(all_nodes); do
    running "$name" || return 1
  done
}

cluster_start() {
  install_packages_if_missing "${CLUSTER_COMMANDS[@]}"
  build_binary
  build_pause_image
  running kube-apiserver || link_binary
  make_cluster_identities
  network_up
  start_cluster_control_plane
  boot_nodes
  wait_for_api
  start_cluster_components
  kubectl apply -f "$HERE/manifests" >/dev/null
}

start_cluster_control_plane() {
  if ! running etcd; then
    require_free_ports etcd "127.0.0.1:$ETCD_PORT" "127.0.0.1:$((ETCD_PORT + 1))"
    start_etcd "$ETCD_PORT"
  fi
  running kube-apiserver && return
  require_free_ports "the API server" "$HOST_ADDRESS:$API_PORT"
  # A node that is gone is noticed within 16 s, and what can run elsewhere moves 15 s later.
  start_api_server "$HOST_ADDRESS" "$API_PORT" "$ETCD_PORT" \
    --advertise-address="$HOST_ADDRESS" --service-cluster-ip-range="$SERVICE_RANGE" \
    --kubelet-client-certificate="$STATE/pki/kubelet-client.crt" --kubelet-client-key="$STATE/pki/kubelet-client.key" \
    --kubelet-preferred-address-types=InternalIP --enable-admission-plugins=NodeRestriction \
    --default-not-ready-toleration-seconds=15 --default-unreachable-toleration-seconds=15
}

boot_nodes() {
  local node
  # Pods resolve names through the cluster's DNS only: no search domain of the machine's gets in between.
  echo "nameserver $DNS_ADDRESS" >"$STATE/resolv.conf"
  for node in $(all_nodes); do
    node_boot "$node"
  done
}

start_cluster_components() {
  local kubeconfigs=$STATE/kubeconfigs
  start kube-controller-manager "$STATE/bin/kube" kube-controller-manager --kubeconfig="$kubeconfigs/kube-controller-manager" \
    --bind-address=127.0.0.1 --leader-elect=false --use-service-account-credentials=true \
    --service-account-private-key-file="$STATE/pki/service-accounts.key" --root-ca-file="$STATE/pki/authority.crt" \
    --node-monitor-grace-period=16s --node-monitor-period=2s --node-eviction-rate=10 \
    --kube-api-qps=500 --kube-api-burst=1000
  scheduler_configuration >"$STATE/scheduler.yaml"
  start kube-scheduler "$STATE/bin/kube" kube-scheduler --config="$STATE/scheduler.yaml" --bind-address=127.0.0.1
  # One proxy serves all nodes, which share the machine's network tables.
  start kube-proxy "$STATE/bin/kube" kube-proxy --kubeconfig="$kubeconfigs/kube-proxy" --hostname-override=node1 \
    --proxy-mode=iptables --cluster-cidr="$POD_RANGE" --iptables-min-sync-period=100ms --conntrack-max-per-core=0 \
    --oom-score-adj=0 --metrics-bind-address=127.0.0.1:10249 --healthz-bind-address=127.0.0.1:10256
  dns_configuration >"$STATE/Corefile"
  start coredns "$STATE/bin/kube" coredns -conf "$STATE/Corefile"
  start local-path-provisioner "$STATE/bin/kube" local-path-provisioner --kubeconfig="$STATE/kubeconfig" --root="$STATE"
}

scheduler_configuration() {
  cat <<YAML
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection: {kubeconfig: $STATE/kubeconfigs/kube-scheduler, qps: 500, burst: 1000}
leaderElection: {leaderElect: false}
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 2
YAML
}

# Names of the cluster are not cached: what does not exist yet may exist the next moment.
dns_configuration() {
  cat <<COREFILE
cluster.local in-addr.arpa {
  bind $DNS_ADDRESS
  errors
  kubernetes {
    kubeconfig $STATE/kubeconfig
    pods insecure
    ttl 1
  }
}
COREFILE
  if grep -q '^nameserver' /etc/resolv.conf 2>/dev/null; then
    cat <<COREFILE
. {
  bind $DNS_ADDRESS
  cache 30
  forward . /etc/resolv.conf
}
COREFILE
  fi
}

cluster_down() {
  local purge=${1:-} node
  [[ -z $purge || $purge == --purge ]] || { usage >&2; return 2; }
  require_linux_root
  lock_state
  # The kubelets first, or they would report the end of everything else to the API server.
  # shellcheck disable=SC2046
  stop KILL $(all_nodes)
  stop KILL "${COMPONENTS[@]:1}"
  stop TERM etcd
  for node in $(all_nodes); do
    node_clean "$node"
  done
  network_down
  remove_traces
  [[ -z $purge ]] || rm -rf "$STATE"
  say "down; $([[ -n $purge ]] && echo "nothing of it is left" || echo "its objects and volumes are kept in $STATE")"
}

# The empty directories that nodes mount their own over (/var/lib/kubelet and others) stay: removing a mount point on
# the machine unmounts it in every node that runs, and its pods lose their volumes.
remove_traces() { rm -rf "$VOLATILE"; }

cluster_status() {
  local name condition down=0
  require_linux_root
  [[ -x $STATE/bin/kube ]] || { say "down"; return 1; }
  for name in "${COMPONENTS[@]}"; do
    if running "$name"; then condition=running; else condition=stopped; down=1; fi
    printf '%-24s %s\n' "$name" "$condition"
  done
  for name in $(all_nodes); do
    condition=$(node_condition "$name")
    [[ $condition == Ready ]] || down=1
    printf '%-24s %s\n' "$name" "$condition"
  done
  return $down
}
