# etcd and the API server, of the cluster and of the control plane alone.
# shellcheck shell=bash

# start_etcd PORT: its peers' port is the next one. What it lost in a power cut would be test data.
start_etcd() {
  start etcd "$STATE/bin/kube" etcd --data-dir "$STATE/etcd" --log-level warn --unsafe-no-fsync \
    --listen-client-urls "http://127.0.0.1:$1" --advertise-client-urls "http://127.0.0.1:$1" \
    --listen-peer-urls "http://127.0.0.1:$(($1 + 1))"
}

# start_api_server ADDRESS PORT ETCD_PORT FLAG...
start_api_server() {
  local address=$1 port=$2 etcd=$3 pki=$STATE/pki
  shift 3
  start kube-apiserver "$STATE/bin/kube" kube-apiserver --bind-address="$address" --secure-port="$port" \
    --etcd-servers="http://127.0.0.1:$etcd" --authorization-mode=Node,RBAC --allow-privileged=true \
    --client-ca-file="$pki/authority.crt" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/service-accounts.pub" \
    --service-account-signing-key-file="$pki/service-accounts.key" \
    --enable-priority-and-fairness=false --profiling=false "$@"
}

wait_for_api() {
  wait_until 60 api_ready ||
    fail "the API server does not get ready; its last words:"$'\n'"$(last_words kube-apiserver)"
}

api_ready() {
  must_run etcd kube-apiserver
  kube wait-for-api --kubeconfig "$STATE/kubeconfig" --timeout 3s 2>/dev/null
}

control_plane_command() {
  STATE=$CONTROL_PLANE_STATE
  case ${1:-} in
    up) control_plane_up ;;
    down) control_plane_down ;;
    *) usage >&2; return 2 ;;
  esac
}

control_plane_up() {
  [[ $(uname -s) == Linux ]] || fail "this runs on Linux only"
  lock_state
  if ! running etcd || ! running kube-apiserver; then
    install_packages_if_missing "${CONTROL_PLANE_COMMANDS[@]}"
    build_binary
    control_plane_remove
    control_plane_start
  fi
  wait_for_api
  say "the control plane is up: export KUBECONFIG=$STATE/kubeconfig"
}

control_plane_start() {
  local server=https://127.0.0.1:$CONTROL_PLANE_API_PORT
  require_free_ports "the control plane" "127.0.0.1:$CONTROL_PLANE_API_PORT" \
    "127.0.0.1:$CONTROL_PLANE_ETCD_PORT" "127.0.0.1:$((CONTROL_PLANE_ETCD_PORT + 1))"
  link_binary
  make_authority
  make_certificate apiserver /CN=kube-apiserver IP:127.0.0.1,DNS:localhost
  make_kubeconfig "$STATE/kubeconfig" "$server" admin /O=system:masters/CN=admin
  start_etcd "$CONTROL_PLANE_ETCD_PORT"
  # Without a controller manager nobody makes the service accounts that the admission plugin insists on; and
  # nobody routes to Services, so their range may be any.
  start_api_server 127.0.0.1 "$CONTROL_PLANE_API_PORT" "$CONTROL_PLANE_ETCD_PORT" \
    --advertise-address=127.0.0.1 --service-cluster-ip-range=10.100.0.0/16 --endpoint-reconciler-type=none \
    --disable-admission-plugins=ServiceAccount
}

control_plane_down() {
  [[ -d $STATE ]] || return 0
  lock_state
  control_plane_remove
  rm -rf "$STATE"
  say "the control plane is down"
}

# It keeps nothing: every start begins empty.
control_plane_remove() {
  stop KILL kube-apiserver etcd
  rm -rf "$STATE/etcd"
}
