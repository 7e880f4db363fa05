# Control groups: each node has a subtree of its own, in every hierarchy that the machine has.
# shellcheck shell=bash

readonly CGROUPS=/sys/fs/cgroup
readonly CONTROLLERS=(cpu cpuset memory pids)

unified_cgroups() { [[ -f $CGROUPS/cgroup.controllers ]]; }

require_cgroups() {
  local controller
  for controller in "${CONTROLLERS[@]}"; do
    if unified_cgroups; then
      grep -qw "$controller" $CGROUPS/cgroup.controllers || fail "the control group controller $controller is not available"
    else
      [[ -d $CGROUPS/$controller ]] || fail "no control group hierarchy is mounted at $CGROUPS/$controller"
    fi
  done
}

node_cgroup() { echo "/$MARK-$1"; }

node_cgroups_make() {
  if unified_cgroups; then
    node_cgroups_make_v2 "$1"
  else
    node_cgroups_make_v1 "$1"
  fi
}

# The kubelet wants every controller that the root has and that it knows; one that cannot be had otherwise is
# only missed if a pod needs it.
node_cgroups_make_v2() {
  local controller
  for controller in $(<$CGROUPS/cgroup.controllers); do
    echo "+$controller" >$CGROUPS/cgroup.subtree_control || true
  done 2>/dev/null
  for controller in "${CONTROLLERS[@]}"; do
    grep -qw "$controller" $CGROUPS/cgroup.subtree_control ||
      fail "cannot delegate the control group controller $controller: there are processes in the root group"
  done
  mkdir -p "$CGROUPS$(node_cgroup "$1")"
}

node_cgroups_make_v1() {
  local hierarchy group file
  for hierarchy in $(cgroup_hierarchies); do
    group=$hierarchy$(node_cgroup "$1")
    mkdir -p "$group"
    # A new cpuset is empty, and nothing can run in it.
    for file in cpus mems; do
      [[ ! -f $group/cpuset.$file ]] || cat "$hierarchy/cpuset.$file" >"$group/cpuset.$file"
    done
  done
}

cgroup_hierarchies() { awk '$3 == "cgroup" {print $2}' /proc/mounts; }

node_cgroups_remove() {
  local group
  for group in "$CGROUPS$(node_cgroup "$1")" "$CGROUPS"/*"$(node_cgroup "$1")"; do
    [[ ! -d $group ]] || wait_until 5 cgroup_remove "$group" || fail "control group $group still holds processes"
  done
}

cgroup_remove() { find "$1" -depth -type d -exec rmdir {} + 2>/dev/null; }
