# Talking to the user, and a place to work in.
# shellcheck shell=bash

say() { echo "images: $*"; }

fail() {
  echo "images: $*" >&2
  exit 1
}

# work_directory: makes WORK, which goes when the script ends.
work_directory() {
  WORK=$(mktemp -d -p /var/tmp shardwright-image.XXXXXXXX)
  trap 'rm -rf "$WORK"' EXIT
}
