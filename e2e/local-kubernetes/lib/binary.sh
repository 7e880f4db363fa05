# The one binary that holds Kubernetes, etcd and CoreDNS, built from kube/.
# shellcheck shell=bash

readonly KUBERNETES_VERSION=v1.34.4

sources_hash() { cat "$HERE"/kube/{*.go,*/*.go,go.mod,go.sum} "$HERE/lib/binary.sh" | sha256sum | cut -c 1-16; }

# Its name has the hash of its sources: what is there is up to date, and a cluster that runs keeps its own.
binary_path() { echo "$BINARIES/kube-$(sources_hash)"; }

build_binary() {
  local binary
  binary=$(binary_path)
  [[ ! -x $binary ]] || return 0
  require_go
  say "building Kubernetes $KUBERNETES_VERSION: some six minutes the first time, on two cores"
  mkdir -p "$BINARIES"
  go_build "$binary.new" || fail "the build failed"
  rm -f "$BINARIES"/kube-????????????????
  mv "$binary.new" "$binary"
}

go_build() {
  local version=k8s.io/component-base/version
  (
    cd "$HERE/kube" || exit
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$1" -ldflags "-s -w -X $version.gitVersion=$KUBERNETES_VERSION
      -X $version.gitMajor=1 -X $version.gitMinor=34" .
  )
}

require_go() {
  local wanted found
  wanted=$(awk '$1 == "go" {print $2}' "$HERE/kube/go.mod")
  type -P go >/dev/null || fail "go is missing: install Go $wanted or newer"
  found=$(cd / && go env GOVERSION)
  printf '%s\n' "$wanted" "${found#go}" | sort -VC || fail "Go $wanted or newer is needed; this is ${found#go}"
}

# Each state directory links to the binary, by the names under which it is a component of its own.
link_binary() {
  mkdir -p "$STATE/bin"
  ln -f "$(binary_path)" "$STATE/bin/kube" 2>/dev/null || cp -f "$(binary_path)" "$STATE/bin/kube"
  ln -sf kube "$STATE/bin/kubectl"
}

kube() { "$STATE/bin/kube" "$@"; }
kubectl() { "$STATE/bin/kubectl" --kubeconfig "$STATE/kubeconfig" "$@"; }
