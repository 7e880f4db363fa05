# An image as one file that containerd, Docker and Podman load: the root file system as a layer, a
# configuration, and a manifest that names them. The same inputs make the same bytes.
# shellcheck shell=bash

# pack_image NAME DIRECTORY CONFIGURATION OUT.tar: CONFIGURATION is the JSON of the image's `config`.
pack_image() {
  local name=$1 root=$2 configuration=$3 out=$4 parts=$WORK/parts
  mkdir -p "$parts"
  reproducible_tar "$root" "$parts/layer.tar" .
  cat >"$parts/config.json" <<JSON
{
  "architecture": "$(dpkg --print-architecture)",
  "os": "linux",
  "created": "1970-01-01T00:00:00Z",
  "config": $configuration,
  "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sha256sum "$parts/layer.tar" | cut -d ' ' -f 1)"]}
}
JSON
  echo "[{\"Config\": \"config.json\", \"RepoTags\": [\"$name\"], \"Layers\": [\"layer.tar\"]}]" >"$parts/manifest.json"
  reproducible_tar "$parts" "$out.new" manifest.json config.json layer.tar
  mv "$out.new" "$out"
  rm -rf "$parts"
}

reproducible_tar() {
  local directory=$1 out=$2
  shift 2
  tar -c --sort=name --mtime=@0 --numeric-owner -f "$out" -C "$directory" "$@"
}
