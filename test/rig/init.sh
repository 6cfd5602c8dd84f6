#!/bin/sh
# Process 1 of a node of the rig, in new mount, UTS, IPC, network and PID namespaces (boot-node.ts). Its working
# directory is the node's directory; $1 is the node's name, $2 the directory of the rig. All of the node lives in
# these namespaces: when this process is killed, the kernel ends the rest and nothing is left to unmount.
set -eu
umask 022
name=$1 rig=$2

# /proc is still the machine's, and `read` opens it in this very process: the pid by which the machine knows us.
read -r pid rest </proc/self/stat

# Sources are relative to the working directory: the rig may lie below /tmp or /root, which go out of sight here.
bind() { mount --no-canonicalize --bind "./$1" "$2"; }
bind_over() { [ ! -e "$2" ] || bind "$1" "$2"; }

mount --make-rprivate /
mount -t proc proc /proc
# A sysfs shows the interfaces of the network namespace in which it was mounted; control groups are kept.
mount -t sysfs sysfs ./sys
[ ! -d /sys/fs/cgroup ] || mount --rbind /sys/fs/cgroup ./sys/fs/cgroup
mount --no-canonicalize --move ./sys /sys
# Cards whose interfaces stay behind in the machine's network are none of a node's.
if [ -d /sys/bus/pci/devices ]; then
  cards=$(for card in /sys/bus/pci/devices/*; do grep -q '^0x02' "$card/class" || readlink -f "$card"; done)
  mount -t tmpfs -o mode=755 tmpfs /sys/bus/pci/devices
  for card in $cards; do ln -s "$card" "/sys/bus/pci/devices/${card##*/}"; done
fi
mount -t tmpfs -o mode=1777 tmpfs /dev/shm

# Two nodes must not look like one machine.
echo "$name" >/proc/sys/kernel/hostname
bind identity/boot_id /proc/sys/kernel/random/boot_id
for file in product_uuid product_serial board_serial; do
  bind_over "identity/$file" "/sys/class/dmi/id/$file"
done
for file in hostname hosts machine-id passwd shadow; do
  bind_over "etc/$file" "/etc/$file"
done
bind etc/ssh /etc/ssh

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd /run/lock
bind log /var/log
bind root /root
bind var-tmp /var/tmp
bind tmp /tmp
# A node must not see the client's key. Nothing but an empty place is left where the rig's directory still shows.
cd /
[ ! -d "$rig" ] || mount -t tmpfs -o ro,mode=0,size=4k tmpfs "$rig"
ip link set lo up

echo "up $pid"
exec </dev/null >/dev/null 2>&1
# `wait` also collects the orphans of the node, as process 1 has to.
while :; do
  sleep infinity &
  wait $!
done
