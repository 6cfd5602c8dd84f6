#!/bin/busybox sh
# The first process of a guest: drivers, a mirror of two NVMe drives, a device-mapper node over it, then the program that looks.
. /begin.sh
for module in nvme md_mod raid1 dm_mod; do modprobe $module; done
# The kernel looks for drives on its own time.
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do [ -b /dev/nvme1n1 ] && [ -b /dev/vda ] && break; sleep 1; done
# Two namespaces in a mirror, without udev, and half of the third drive below device-mapper.
mdadm --create /dev/md0 --run --assume-clean --level=1 --raid-devices=2 /dev/nvme0n1 /dev/nvme1n1
[ -b /dev/nvme2n1 ] && dmsetup create half --noudevsync --table "0 32768 linear /dev/nvme2n1 0"
hostname guest
cd / && node /look.mjs > /answer.json 2> /look.log
cat /look.log
{ printf '%-16s' "$(wc -c < /answer.json)"; cat /answer.json; } | dd of=/dev/vda bs=64k conv=fsync 2> /dev/null
sync
poweroff -f
