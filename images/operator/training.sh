# The AOT cache of the operator: what the Java runtime learns in a run of the real operator against a real API
# server, so that it need not load and link thousands of classes again at each start.
# shellcheck shell=bash

readonly TRAINING_SECONDS=8
readonly LOCAL_KUBERNETES=$HERE/../e2e/local-kubernetes/local-kubernetes

# train ROOT: makes ROOT/app/operator.aot and lets the operator use it. An image without it works as well, but
# starts more slowly.
train() {
  local root=$1
  if record_run "$root" >"$WORK/training.log" 2>&1 && [[ -s $root/app/operator.aot ]]; then
    use_cache "$root"
  else
    say "the operator's image has no AOT cache, because the training run failed:"
    tail -n 5 "$WORK/training.log"
    rm -f "$root"/app/operator.aot*
  fi
  rm -rf "$root"/tmp/* "$root"/tmp/.??*
  same_times "$root/app"
}

# ArchiveRelocationMode: mapped where it was recorded, the cache's pages are shared and need no patching. It
# takes the place of the runtime's own archive.
use_cache() {
  rm "$1"/opt/java/lib/server/*.jsa
  printf '%s\n' -XX:AOTCache=/app/operator.aot -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 \
    >>"$1/app/java.args"
}

# Beside any other control plane on the machine: with a state and ports of its own.
record_run() {
  (
    export LOCAL_KUBERNETES_HOME=$WORK/training CONTROL_PLANE_API_PORT=17443 CONTROL_PLANE_ETCD_PORT=23379
    trap '"$LOCAL_KUBERNETES" control-plane down' EXIT
    "$LOCAL_KUBERNETES" control-plane up || exit
    objects_to_reconcile || exit
    cp "$WORK/training-control-plane/kubeconfig" "$1/tmp/kubeconfig"
    run_operator "$1"
  )
}

objects_to_reconcile() {
  local kubectl=("$WORK/training-control-plane/bin/kubectl" --kubeconfig "$WORK/training-control-plane/kubeconfig")
  "${kubectl[@]}" apply -f "$HERE/../crds" &&
    "${kubectl[@]}" wait --for=condition=Established crd --all &&
    "${kubectl[@]}" apply -f "$HERE/operator/training.yaml"
}

# Without profiles (AOTRecordTraining): the operator runs with the quick compiler alone, which makes no use of them.
# In the image's own root, so that all paths are those of the container. Ended by a signal, as in a pod, the
# operator leaves the cache behind.
run_operator() {
  # shellcheck disable=SC2016
  KUBECONFIG=/tmp/kubeconfig SHARDWRIGHT_HTTP_PORT=0 \
    timeout --preserve-status $TRAINING_SECONDS unshare --mount bash -c '
      mount --bind /proc "$0/proc" && mount --bind /dev "$0/dev" &&
        exec chroot "$0" /opt/java/bin/java -XX:AOTCacheOutput=/app/operator.aot \
          -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining @/app/java.args "$1" operator
    ' "$1" "$MAIN_CLASS" || (($? == 143))
}
