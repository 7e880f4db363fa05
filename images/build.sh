#!/bin/bash
# Builds container images without Docker and without a registry: see README.md beside this file.
#   build.sh [--output DIR] [IMAGE...]
# makes DIR/IMAGE.tar of each named image, or of all but the operator's, unless that is there and up to date.
set -euo pipefail
shopt -s inherit_errexit

HERE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
readonly HERE
readonly ALL_IMAGES=(pause busybox clickhouse-server zookeeper flights-data)
OUTPUT=${SHARDWRIGHT_IMAGES:-/var/tmp/shardwright/images}
. "$HERE/lib/common.sh"

main() {
  if [[ ${1:-} == --output ]]; then
    OUTPUT=$2
    shift 2
  fi
  (($#)) || set -- "${ALL_IMAGES[@]}"
  local image
  ((EUID == 0)) || fail "this needs root: the files of an image belong to its users"
  type -P apt-get dpkg-deb >/dev/null || fail "this needs Debian: its packages are what images are made of"
  for image in "$@"; do
    [[ -x $HERE/$image/build ]] || fail "there is no image $image; there are: ${ALL_IMAGES[*]} (and the operator's: see operator.sh)"
    build_unless_up_to_date "$image"
  done
}

# An image is made of the files of its directory and of those that all share, on a Debian release.
inputs_hash() { cat "$HERE/$1"/* "$HERE"/lib/* /etc/debian_version | sha256sum | cut -d ' ' -f 1; }

build_unless_up_to_date() {
  local image=$1 tar=$OUTPUT/$1.tar stamp=$OUTPUT/.$1.inputs hash
  hash=$(inputs_hash "$image")
  if [[ -f $tar && -f $stamp && $(<"$stamp") == "$hash" ]]; then
    say "$image is up to date"
    return
  fi
  mkdir -p "$OUTPUT"
  "$HERE/$image/build" "$tar"
  echo "$hash" >"$stamp"
  say "$image is built in $tar ($(du -h "$tar" | cut -f 1))"
}

main "$@"
