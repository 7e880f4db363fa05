#!/bin/bash
# Writes the configuration and the id from ZOO_* variables, unless there are some, and runs the command.
set -eu

as_user=()
if [[ $1 == zkServer.sh && $(id -u) == 0 ]]; then
  chown zookeeper:zookeeper "$ZOO_CONF_DIR" "$ZOO_DATA_DIR" "$ZOO_DATA_LOG_DIR" "$ZOO_LOG_DIR"
  as_user=(setpriv --reuid zookeeper --regid zookeeper --clear-groups)
fi

write_configuration() {
  cat <<CFG
dataDir=$ZOO_DATA_DIR
dataLogDir=$ZOO_DATA_LOG_DIR
tickTime=$ZOO_TICK_TIME
initLimit=$ZOO_INIT_LIMIT
syncLimit=$ZOO_SYNC_LIMIT
autopurge.snapRetainCount=$ZOO_AUTOPURGE_SNAPRETAINCOUNT
autopurge.purgeInterval=$ZOO_AUTOPURGE_PURGEINTERVAL
maxClientCnxns=$ZOO_MAX_CLIENT_CNXNS
standaloneEnabled=$ZOO_STANDALONE_ENABLED
admin.enableServer=$ZOO_ADMINSERVER_ENABLED
CFG
  [[ -n ${ZOO_SERVERS:-} ]] || echo clientPort=2181
  [[ -z ${ZOO_4LW_COMMANDS_WHITELIST:-} ]] || echo "4lw.commands.whitelist=$ZOO_4LW_COMMANDS_WHITELIST"
  # Lists of words.
  # shellcheck disable=SC2086
  printf '%s\n' ${ZOO_SERVERS:-} ${ZOO_CFG_EXTRA:-}
}

[[ -f $ZOO_CONF_DIR/zoo.cfg ]] || write_configuration >"$ZOO_CONF_DIR/zoo.cfg"
[[ -f $ZOO_DATA_DIR/myid ]] || echo "${ZOO_MY_ID:-1}" >"$ZOO_DATA_DIR/myid"

exec "${as_user[@]}" "$@"
