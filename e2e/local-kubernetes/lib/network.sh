# Pods are routed, not bridged: each has an interface pair of its own with a route on the host, so all of its
# packets pass the host's tables and Services need no bridge module. The range of a node's pods has a route of
# its own, for addresses without a pod: unreachable while the node is up, silent once it is gone.
# shellcheck shell=bash

network_up() {
  ensure_address "$HOST_ADDRESS"
  ensure_address "$DNS_ADDRESS"
  enable_forwarding
  ensure_rule filter FORWARD -s "$POD_RANGE" -j ACCEPT
  ensure_rule filter FORWARD -d "$POD_RANGE" -j ACCEPT
  ensure_rule nat POSTROUTING -s "$POD_RANGE" ! -d "$POD_RANGE" -j MASQUERADE
}

# On lo, because not every kernel has dummy interfaces.
ensure_address() {
  [[ -n $(ip -o address show dev lo to "$1/32") ]] || ip address add "$1/32" dev lo
}

enable_forwarding() {
  local setting=/proc/sys/net/ipv4/ip_forward
  (($(<$setting))) && return
  mkdir -p "$VOLATILE"
  touch "$VOLATILE/forwarding-was-off"
  echo 1 >$setting
}

# ensure_rule TABLE CHAIN RULE...
ensure_rule() {
  local table=$1 chain=$2
  shift 2
  set -- "$chain" "$@" -m comment --comment "$MARK"
  iptables -w -t "$table" -C "$@" 2>/dev/null || iptables -w -t "$table" -I "$@"
}

network_down() {
  local node
  for node in $(seq -f node%g "$MAX_NODES"); do
    node_route_remove "$node"
  done
  ip address del "$HOST_ADDRESS/32" dev lo 2>/dev/null || true
  ip address del "$DNS_ADDRESS/32" dev lo 2>/dev/null || true
  remove_rules iptables
  remove_rules ip6tables
  [[ ! -e $VOLATILE/forwarding-was-off ]] || echo 0 >/proc/sys/net/ipv4/ip_forward
}

# remove_rules iptables|ip6tables: ours, and the chains of kube-proxy and the kubelets.
remove_rules() {
  local rules
  rules=$("$1-save" 2>/dev/null) || return 0
  grep -q -e KUBE- -e "$MARK" <<<"$rules" || return 0
  grep -v -e KUBE- -e "$MARK" <<<"$rules" | "$1-restore" -w
}

node_route_remove() { ip route flush root "$(node_pods "$1")" 2>/dev/null || true; }

node_network_up() { ip route replace unreachable "$(node_pods "$1")"; }

# First nothing from the node reaches anyone any more; only then its processes may be killed, or their peers
# would be told that connections close, which no power cut does. The interfaces are deleted, not only set down:
# one that is down keeps its route, for as long as sockets keep the dead pod's network namespace, and the pod that
# is given the same address next would get none.
node_network_cut() {
  local pods interface
  pods=$(node_pods "$1")
  ip route replace blackhole "$pods"
  for interface in $(ip -o route show root "$pods" | grep -o 'dev [^ ]*' | cut -d ' ' -f 2); do
    ip link delete "$interface" 2>/dev/null || true
  done
}
