#!/bin/bash
# The server in the foreground, with the variables that the upstream script knows.
set -eu

readonly HOME_DIRECTORY=/apache-zookeeper
readonly CONF=${ZOOCFGDIR:-${ZOO_CONF_DIR:-/conf}}

case ${1:-} in
  start-foreground)
    # The flags are lists of words.
    # shellcheck disable=SC2086
    exec java -Dzookeeper.jmx.log4j.disable=true -XX:+ExitOnOutOfMemoryError \
      -Dorg.slf4j.simpleLogger.logFile=System.out -Dorg.slf4j.simpleLogger.showDateTime=true \
      -Dorg.slf4j.simpleLogger.dateTimeFormat='yyyy-MM-dd HH:mm:ss,SSS' -Dorg.slf4j.simpleLogger.showShortLogName=true \
      ${SERVER_JVMFLAGS:-} ${JVMFLAGS:-} -cp "$HOME_DIRECTORY/lib/*" \
      org.apache.zookeeper.server.quorum.QuorumPeerMain "${2:-$CONF/zoo.cfg}"
    ;;
  *)
    echo "usage: zkServer.sh start-foreground [zoo.cfg]" >&2
    exit 2
    ;;
esac
