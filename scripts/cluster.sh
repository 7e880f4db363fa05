# The cluster, and the operator in it: bringing both up.
# shellcheck shell=bash

# cluster_up: the local cluster with all images that are built; a user's own is there already.
cluster_up() {
  if local_cluster; then
    "$LOCAL_KUBERNETES" up
  fi
  use_cluster
  kubectl version >/dev/null 2>&1 || fail "the cluster of $KUBECONFIG does not answer: $(kubectl version 2>&1 | tail -n 1)"
}

# Helm installs custom resource definitions once, and never brings them up to date.
apply_crds() {
  kubectl apply --server-side --force-conflicts --field-manager=shardwright-install -f "$CHART/crds" >/dev/null
  kubectl wait --for=condition=Established --timeout=30s -f "$CHART/crds" >/dev/null
}

install_operator() {
  apply_crds
  if operator_is_up_to_date; then
    say "the operator is installed and up to date"
  else
    say "installing the operator"
    "$REPOSITORY/scripts/helm" upgrade --install "$RELEASE" "$CHART" --namespace "$OPERATOR_NAMESPACE" --create-namespace \
      --skip-crds --values <(chart_values) >/dev/null
  fi
  kubectl rollout status "deployment/$RELEASE" --namespace "$OPERATOR_NAMESPACE" --timeout=180s >/dev/null ||
    fail "the operator does not start:"$'\n'"$(kubectl get pods,events --namespace "$OPERATOR_NAMESPACE" | tail -n 10)"
}

# What Helm would install stands already. An upgrade would change nothing either, and yet count as another revision.
operator_is_up_to_date() {
  local installed
  installed=$("$REPOSITORY/scripts/helm" get manifest "$RELEASE" --namespace "$OPERATOR_NAMESPACE" 2>/dev/null) || return 1
  [[ $("$REPOSITORY/scripts/helm" list --deployed --short --namespace "$OPERATOR_NAMESPACE") == "$RELEASE" &&
    $(rendered_chart) == "$installed" ]]
}

rendered_chart() {
  "$REPOSITORY/scripts/helm" template "$RELEASE" "$CHART" --namespace "$OPERATOR_NAMESPACE" --skip-crds \
    --kube-version "$(server_version)" --values <(chart_values)
}

server_version() {
  kubectl version -o json | awk -F '"' '/serverVersion/ {server = 1} server && $2 == "gitVersion" {print $4}'
}

# In the local cluster an image that was built anew has the same name: its hash makes the pod start anew.
chart_values() {
  if local_cluster; then
    echo "podAnnotations: {shardwright.io/image: \"$(sha256sum <"$IMAGES/operator.tar" | cut -c 1-16)\"}"
  fi
  [[ -z ${SHARDWRIGHT_VALUES:-} ]] || cat "$SHARDWRIGHT_VALUES"
}
