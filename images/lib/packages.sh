# Root file systems from Debian's packages. Their maintainer scripts are not run: what an image needs of these
# (users, links) its own build does.
# shellcheck shell=bash

# unpack_packages DIRECTORY PACKAGE...: with all that they depend on.
unpack_packages() {
  local directory=$1 package
  shift
  download_packages "$@"
  merged_usr "$directory"
  for package in "$WORK"/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$directory"
  done
}

download_packages() {
  mkdir -p "$WORK/packages/partial"
  : >"$WORK/nothing-installed"
  apt_download "$@" && return
  # The lists may name versions that are gone by now, or may be missing.
  apt-get update -q >/dev/null
  apt_download "$@" || fail "cannot download $* with all that they depend on:"$'\n'"$(tail -n 5 "$WORK/apt.log")"
}

apt_download() {
  apt-get install -q -y --download-only --no-install-recommends \
    -o Dir::State::status="$WORK/nothing-installed" -o Dir::Cache::archives="$WORK/packages" \
    -o APT::Sandbox::User=root "$@" >"$WORK/apt.log" 2>&1
}

merged_usr() {
  local name
  for name in bin sbin lib lib64; do
    mkdir -p "$1/usr/$name"
    ln -s "usr/$name" "$1/$name"
  done
}

# finish_root DIRECTORY: what every root file system has, and nothing that no container reads.
finish_root() {
  local root=$1
  rm -rf "$root"/usr/share/{doc,doc-base,info,man,locale,lintian,bug,bash-completion} "$root"/usr/include
  find "$root" -name '*.a' -delete
  mkdir -p "$root"/{dev,proc,sys,run,root,etc} "$root/var/log"
  install -d -m 1777 "$root/tmp" "$root/var/tmp"
  [[ -e $root/bin/sh || ! -e $root/bin/bash ]] || ln -s bash "$root/bin/sh"
  [[ -e $root/etc/nsswitch.conf ]] || echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
  if [[ -e $root/lib/x86_64-linux-gnu || -e $root/lib/aarch64-linux-gnu ]]; then
    ldconfig -r "$root"
    rm -rf "$root/var/cache/ldconfig"
  fi
}

# add_user DIRECTORY NAME ID HOME: a user with a group of the same name and number.
add_user() {
  local root=$1
  mkdir -p "$root/etc"
  [[ -s $root/etc/passwd ]] || echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  [[ -s $root/etc/group ]] || echo 'root:x:0:' >"$root/etc/group"
  echo "$2:x:$3:$3::$4:/usr/sbin/nologin" >>"$root/etc/passwd"
  echo "$2:x:$3:" >>"$root/etc/group"
}

# own_directory DIRECTORY USER_ID PATH...: directories of the image that the user may write to.
own_directory() {
  local root=$1 user=$2 path
  shift 2
  for path in "$@"; do
    install -d -o "$user" -g "$user" -m 0755 "$root$path"
  done
}
