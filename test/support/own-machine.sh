#!/bin/sh
# Runs Node with the arguments given in namespaces of its own; the shell in between is process 1 and collects what
# loses its parent. When this process is killed, so is all of it. What watches over workers looks at the processes of the
# machine, and is run as it is.
case "$*" in
  */watchdog.js*) exec "$ASSAY_NODE" "$@" ;;
esac
exec unshare --net --mount --pid --fork --kill-child --mount-proc sh -c '
  ip link set lo up || exit 1
  "$ASSAY_NODE" "$@"
  exit "$?"
' sh "$@"
