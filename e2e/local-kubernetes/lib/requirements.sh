# What the machine must have, and saying what it lacks.
# shellcheck shell=bash

readonly PACKAGES=(containerd runc containernetworking-plugins iptables conntrack iproute2 openssl util-linux)
readonly CONTROL_PLANE_COMMANDS=(openssl ss flock)
readonly CLUSTER_COMMANDS=("${CONTROL_PLANE_COMMANDS[@]}" containerd ctr runc /usr/lib/cni/ptp iptables conntrack ip unshare)

require_linux_root() {
  [[ $(uname -s) == Linux ]] || fail "this runs on Linux only, not on $(uname -s): set KUBECONFIG to use a cluster elsewhere"
  ((EUID == 0)) || fail "this needs root: it makes network interfaces, mounts and control groups"
}

require_cluster_machine() {
  require_linux_root
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || fail "the kernel has no overlay file system"
  require_cgroups
}

# install_packages_if_missing COMMAND...: the packages that have them.
install_packages_if_missing() {
  local missing
  missing=$(missing_commands "$@" | xargs)
  [[ -n $missing ]] || return 0
  ((EUID == 0)) || fail "missing: $missing; as root, 'local-kubernetes install' installs what has them"
  type -P apt-get >/dev/null || fail "missing: $missing. On a system other than Debian, install them yourself"
  say "installing Debian packages for: $missing"
  if ! apt_install >"/tmp/$MARK-apt.log" 2>&1; then
    fail "apt-get failed:"$'\n'"$(tail -n 5 "/tmp/$MARK-apt.log")"
  fi
  rm -f "/tmp/$MARK-apt.log"
}

missing_commands() {
  local command
  for command in "$@"; do
    type -P "$command" >/dev/null || echo "$command"
  done
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -q -y --no-install-recommends "${PACKAGES[@]}"
}

install_everything() {
  require_cluster_machine
  install_packages_if_missing "${CLUSTER_COMMANDS[@]}"
  build_binary
}

# require_free_ports WHAT ADDRESS:PORT...: where WHAT is what needs them.
require_free_ports() {
  local what=$1 endpoint taken
  shift
  for endpoint in "$@"; do
    taken=$(ss -Hltnp "sport = :${endpoint##*:}" | awk -v address="${endpoint%:*}" '
      { at = $4; sub(/:[0-9]+$/, "", at) }
      at == address || at == "*" || at == "0.0.0.0" || at == "[::]" { print $6 }')
    [[ -z $taken ]] || fail "port ${endpoint##*:} is taken, which $what needs: $taken"
  done
}
