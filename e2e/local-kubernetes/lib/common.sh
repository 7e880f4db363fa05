# Talking to the user, waiting, and keeping two commands from working at the same time.
# shellcheck shell=bash

say() { echo "local-kubernetes: $*"; }

fail() {
  echo "local-kubernetes: $*" >&2
  exit 1
}

# wait_until SECONDS COMMAND...: whether the command succeeded before the time was up.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# Waits for whoever works on the same state. The lock's file descriptor must not reach what is started here,
# which would hold the lock as long as it lives: see start.
lock_state() {
  mkdir -p "$STATE"
  exec {LOCK}>"$STATE/lock"
  flock -w 600 "$LOCK" || fail "another command has been working on $STATE for ten minutes"
}
