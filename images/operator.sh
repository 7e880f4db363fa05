#!/bin/bash
# Builds the operator's image from its jars: operator.sh JARS OUT.tar
# JARS is a directory of jars (or one that has them in lib/), among them shardwright-operator-VERSION.jar.
set -euo pipefail
shopt -s inherit_errexit nullglob

HERE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
readonly HERE
readonly MAIN_CLASS=io.shardwright.Shardwright
readonly USER_ID=65532
. "$HERE/lib/common.sh"
. "$HERE/lib/packages.sh"
. "$HERE/lib/archive.sh"
. "$HERE/lib/java.sh"
. "$HERE/operator/training.sh"

main() {
  (($# == 2)) || fail "usage: operator.sh JARS OUT.tar"
  local jars=$1 out=$2 version hash
  [[ ! -d $jars/lib ]] || jars=$jars/lib
  version=$(version_of "$jars")
  hash=$(inputs_hash "$jars")
  if [[ -f $out && -f $out.inputs && $(<"$out.inputs") == "$hash" ]]; then
    say "operator $version is up to date"
    return
  fi
  mkdir -p "$(dirname "$out")"
  build "$jars" "$version" "$out"
  echo "$hash" >"$out.inputs"
  say "operator $version is built in $out ($(du -h "$out" | cut -f 1))"
}

version_of() {
  local jar=("$1"/shardwright-operator-*.jar)
  ((${#jar[@]} == 1)) || fail "there must be one shardwright-operator-VERSION.jar in $1"
  basename "${jar[0]#*/shardwright-operator-}" .jar
}

inputs_hash() { cat "$1"/*.jar "$HERE"/{operator.sh,operator/*,lib/*} /etc/debian_version | sha256sum | cut -d ' ' -f 1; }

build() {
  local jars=$1 version=$2 out=$3 jdk root
  work_directory
  root=$WORK/root
  jdk=$(find_jdk)
  unpack_packages "$root" libc6
  link_runtime "$jdk" "$root" "$(modules_of "$jdk" "$jars")"
  install -m 0644 -D -t "$root/app/lib" "$jars"/*.jar
  add_user "$root" shardwright $USER_ID /
  finish_root "$root"
  java_arguments "$root" >"$root/app/java.args"
  same_times "$root"
  train "$root"
  pack_image "docker.io/shardwright/operator:$version" "$root" "{
    \"Entrypoint\": [\"/opt/java/bin/java\", \"@/app/java.args\", \"$MAIN_CLASS\"],
    \"Env\": [\"PATH=/opt/java/bin\", \"LANG=C.UTF-8\", \"MALLOC_ARENA_MAX=2\"],
    \"User\": \"$USER_ID:$USER_ID\"
  }" "$out"
}

modules_of() {
  "$1/bin/jdeps" --ignore-missing-deps -q --multi-release $JAVA_VERSION --print-module-deps \
    --class-path "$2/*" "$2"/*.jar || fail "jdeps cannot read $2/*.jar"
}

# The class path is spelt out, because the AOT cache is bound to its order. What is set here can be changed
# with JAVA_TOOL_OPTIONS, but for the initial heap, which the AOT cache's objects must fit into.
java_arguments() {
  local jars=("$1"/app/lib/*.jar)
  jars=("${jars[@]#"$1"}")
  cat <<ARGUMENTS
-XX:+UseSerialGC
-XX:+UseCompactObjectHeaders
-Xms32m
-XX:-UsePerfData
-XX:+ExitOnOutOfMemoryError
-XX:+ErrorFileToStderr
--enable-native-access=ALL-UNNAMED
--sun-misc-unsafe-memory-access=allow
-cp $(IFS=: && echo "${jars[*]}")
ARGUMENTS
}

# The AOT cache is bound to the times of the jars and of the runtime too, and an image's files have this one.
same_times() { find "$1" -exec touch -h -d @0 {} +; }

main "$@"
