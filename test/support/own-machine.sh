#!/bin/sh
# Runs Node with the arguments given in namespaces of its own; the shell in between is process 1 and collects what
# loses its parent. When this process is killed, so is all of it. A sysfs shows the interfaces of the network namespace
# in which it was mounted, so there is one of its own too. What watches over workers looks at the processes of the
# machine, and is run as it is.
case "$*" in
  */watchdog.js*) exec "$ASSAY_NODE" "$@" ;;
esac
exec unshare --net --mount --pid --fork --kill-child --mount-proc sh -c '
  ip link set lo up || exit 1
  place=$(mktemp -d) && mount -t sysfs sysfs "$place" || exit 1
  [ ! -d /sys/fs/cgroup ] || mount --rbind /sys/fs/cgroup "$place/fs/cgroup" || exit 1
  mount --move "$place" /sys && rmdir "$place" || exit 1
  "$ASSAY_NODE" "$@"
  exit "$?"
' sh "$@"
