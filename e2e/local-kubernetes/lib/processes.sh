# Processes that outlive the command that starts them. Each writes down its id and start time before it turns
# into the program, so none is ever forgotten, and a process that got the same id later is never taken for it.
# shellcheck shell=bash

# start NAME COMMAND...: unless it runs.
start() {
  local name=$1
  shift
  running "$name" && return
  mkdir -p "$STATE/processes" "$STATE/logs"
  rm -f "$STATE/processes/$name"
  [[ ! -f $STATE/logs/$name.log ]] || mv "$STATE/logs/$name.log" "$STATE/logs/$name.previous.log"
  launch "$name" "$@"
  wait_until 10 test -s "$STATE/processes/$name" || fail "$name does not start"
}

launch() {
  local name=$1
  shift
  (
    [[ -z ${LOCK:-} ]] || exec {LOCK}>&-
    cd "$STATE" || exit
    # shellcheck disable=SC2016
    exec setsid bash -c '. "$1"; process_identity $$ >"$2"; shift 2; exec "$@"' start \
      "$HERE/lib/processes.sh" "$STATE/processes/$name" "$@" \
      </dev/null >"$STATE/logs/$name.log" 2>&1
  ) &
}

# The process id, its start time in clock ticks since the boot, and which boot that was.
process_identity() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  # After the command's name, which may hold anything, in parentheses: 2 is its state, 22 its start time.
  read -ra fields <<<"${stat##*) }"
  [[ ${fields[0]} != Z ]] || return 1
  echo "$1 ${fields[19]} $(</proc/sys/kernel/random/boot_id)"
}

running() {
  local recorded=$STATE/processes/$1 id
  [[ -s $recorded ]] || return 1
  read -r id _ <"$recorded"
  [[ $(process_identity "$id") == "$(<"$recorded")" ]]
}

process_id() { cut -d ' ' -f 1 "$STATE/processes/$1"; }

not_running() { ! running "$1"; }

# stop SIGNAL NAME...: with the signal, and a kill for those that do not heed it.
stop() {
  local signal=$1 name
  shift
  for name in "$@"; do
    running "$name" && kill -"$signal" "$(process_id "$name")"
  done
  for name in "$@"; do
    if ! wait_until 5 not_running "$name"; then
      kill -KILL "$(process_id "$name")"
      wait_until 5 not_running "$name" || fail "$name (process $(process_id "$name")) cannot be killed"
    fi
    rm -f "$STATE/processes/$name"
  done
}

# The end of a log, for a message that says why something did not start.
last_words() { tail -n 5 "$STATE/logs/$1.log" 2>/dev/null | cut -c 1-400; }

must_run() {
  local name
  for name in "$@"; do
    running "$name" || fail "$name has stopped; its last words, from $STATE/logs/$name.log:"$'\n'"$(last_words "$name")"
  done
}
