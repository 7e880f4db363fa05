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
    printf '+%s\n' "${CONTROLLERS[@]}" >$CGROUPS/cgroup.subtree_control 2>/dev/null ||
      fail "cannot delegate the control group controllers: processes stand in the root group of this container"
    mkdir -p "$CGROUPS$(node_cgroup "$1")"
  else
    node_cgroups_make_v1 "$1"
  fi
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
