# What the scripts share: places, the JDK, Maven, the Kubernetes cluster that is worked on.
# shellcheck shell=bash disable=SC2034

REPOSITORY=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
readonly REPOSITORY
readonly SHARED=/var/tmp/shardwright
readonly LOCAL_STATE=${LOCAL_KUBERNETES_HOME:-$SHARED/local-kubernetes}
readonly LOCAL_KUBERNETES=$REPOSITORY/e2e/local-kubernetes/local-kubernetes
readonly IMAGES=${SHARDWRIGHT_IMAGES:-$SHARED/images}
readonly CHART=$REPOSITORY/helm/shardwright
readonly JAVA_VERSION=25
readonly RELEASE=shardwright
readonly OPERATOR_NAMESPACE=shardwright-system

say() { echo "shardwright: $*"; }

fail() {
  echo "shardwright: $*" >&2
  exit 1
}

# use_jdk: JAVA_HOME if that is new enough, else the newest JDK that Debian's directory holds. Maven's plugins run in
# Maven's own JVM, so that it must be this one.
use_jdk() {
  local home
  for home in "${JAVA_HOME:-}" $(printf '%s\n' /usr/lib/jvm/*/ | sort -rV); do
    if [[ -x $home/bin/javac ]] && (($(java_version "$home") >= JAVA_VERSION)); then
      export JAVA_HOME=${home%/}
      export MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1 ${MAVEN_OPTS:-}"
      return
    fi
  done
  fail "no JDK $JAVA_VERSION or newer at JAVA_HOME or in /usr/lib/jvm: install one beside the default"
}

java_version() {
  local version
  version=$("$1/bin/javac" -version 2>/dev/null)
  version=${version#javac }
  echo "${version%%[^0-9]*}"
}

maven() {
  type -P mvn >/dev/null || fail "Maven is missing: install Debian's maven"
  use_jdk
  local mvn=(mvn --batch-mode --no-transfer-progress --file "$REPOSITORY/pom.xml" "$@")
  if [[ -t 1 ]]; then
    "${mvn[@]}"
  else
    # Debian's Maven writes escape sequences to whatever it writes to, whether it shall use colours or not.
    "${mvn[@]}" 2>&1 | sed --unbuffered 's/\x1b\[[0-9;]*m//g'
  fi
}

# use_cluster: the cluster of KUBECONFIG if that is set, else the local one, which may have to be brought up first.
use_cluster() {
  if local_cluster; then
    export KUBECONFIG=$LOCAL_STATE/kubeconfig
    PATH=$LOCAL_STATE/bin:$PATH
  fi
  type -P kubectl >/dev/null || fail "kubectl is missing, which the cluster of KUBECONFIG needs"
}

# Whether the local cluster is worked on, which is so unless the user names another.
local_cluster() { [[ -z ${USERS_KUBECONFIG:-} ]]; }
USERS_KUBECONFIG=${KUBECONFIG:-}
[[ $USERS_KUBECONFIG != "$LOCAL_STATE/kubeconfig" ]] || USERS_KUBECONFIG=
readonly USERS_KUBECONFIG
