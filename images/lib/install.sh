# Debian's packages that building an image needs.
# shellcheck shell=bash

install_packages_if_missing() {
  [[ ! -x /bin/busybox ]] || return 0
  ((EUID == 0)) || fail "busybox-static is missing, and only root can install it"
  say "installing Debian's busybox-static"
  (
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -q -y --no-install-recommends busybox-static
  ) >/dev/null || fail "apt-get failed"
}
