#!/bin/sh
# Runs Node with the arguments given in namespaces of its own; the shell in between is process 1 and collects what
# loses its parent. When this process is killed, so is all of it.
exec unshare --net --mount --pid --fork --kill-child --mount-proc sh -c '
  ip link set lo up || exit 1
  export XDG_STATE_HOME="$XDG_STATE_HOME-$1"; shift
  "${ASSAY_NODE:-node}" "$@"
  exit "$?"
' sh "$$" "$@"
