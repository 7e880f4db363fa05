# Images reach the nodes as files: there is no registry.
# shellcheck shell=bash

# The one image that every pod needs, whatever else it runs.
build_pause_image() { "$REPOSITORY/images/build.sh" --output "$IMAGES" pause; }

images_command() {
  require_linux_root
  lock_state
  (($#)) || fail "load which images?"
  local image
  for image in "$@"; do
    [[ -r $image ]] || fail "there is no file $image"
  done
  load_into_nodes "$@"
}

# load_into_nodes IMAGE.tar...: into each node that is up, all nodes at the same time.
load_into_nodes() {
  local node loads=() load
  for node in $(all_nodes); do
    if running "$node"; then
      load_into_node "$node" "$@" &
      loads+=($!)
    fi
  done
  for load in "${loads[@]}"; do
    wait "$load"
  done
}

load_into_node() {
  local node=$1 image
  shift
  wait_until 30 containerd_answers "$node" || fail "containerd of $node does not answer"
  for image in "$@"; do
    loaded "$node" "$image" || load "$node" "$image"
  done
}

containerd_answers() {
  must_run "$1"
  [[ -S $(node_socket "$1") ]] && node_ctr "$1" version >/dev/null 2>&1
}

node_ctr() { ctr --address "$(node_socket "$1")" --namespace k8s.io "${@:2}"; }

load() {
  local node=$1 image=$2
  node_ctr "$node" image import "$image" >/dev/null || fail "cannot load $image into $node"
  mkdir -p "$(node_state "$node")/loaded"
  image_stamp "$image" >"$(loaded_stamp "$node" "$image")"
  say "loaded $(basename "$image" .tar) into $node"
}

loaded() {
  local stamp
  stamp=$(loaded_stamp "$1" "$2")
  [[ -f $stamp && $(<"$stamp") == "$(image_stamp "$2")" ]]
}

loaded_stamp() { echo "$(node_state "$1")/loaded/$(basename "$2")"; }
image_stamp() { stat -L -c '%i %s %Y' "$1"; }
