#!/bin/bash
# Runs the server in the foreground; any other command instead of it if that is given.
set -eu

readonly CONFIG=${CLICKHOUSE_CONFIG:-/etc/clickhouse-server/config.xml}
# Newer servers would put a watchdog in front of themselves; this one does not know the variable.
export CLICKHOUSE_WATCHDOG_ENABLE=${CLICKHOUSE_WATCHDOG_ENABLE:-0}

if [[ $# -ge 1 && $1 != --* ]]; then
  exec "$@"
fi
if [[ $(id -u) != 0 ]]; then
  exec clickhouse-server --config-file="$CONFIG" "$@"
fi
chown clickhouse:clickhouse /var/lib/clickhouse /var/log/clickhouse-server
exec setpriv --reuid clickhouse --regid clickhouse --clear-groups \
  clickhouse-server --config-file="$CONFIG" "$@"
