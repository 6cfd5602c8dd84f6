#!/bin/busybox sh
# The first process of a guest with soft-RoCE: on the kernel's command line is its number, `guest=1`. eth0 leads to the coordinator;
# each further interface is a rail, with a device for RDMA over it. It ends when it is told to over SSH, or with QEMU.
. /begin.sh
for word in $(cat /proc/cmdline); do case $word in guest=*) place=${word#guest=} ;; esac; done
for module in ib_uverbs rdma_ucm rdma_rxe; do modprobe $module; done
hostname "guest$place"
printf '%032x\n' "$place" > /etc/machine-id
# QEMU's own network for users.
ip address add 10.0.2.15/24 dev eth0
ip link set eth0 up
rail=0
for interface in /sys/class/net/eth[1-9]; do
  name=${interface##*/}
  ip address add "10.77.$rail.$place/24" dev "$name"
  ip link set "$name" up
  rdma link add "rxe$rail" type rxe netdev "$name"
  rail=$((rail + 1))
done
mkdir -p /run/sshd
ulimit -l unlimited
/usr/sbin/sshd -D -e -f /guest/sshd_config
poweroff -f
