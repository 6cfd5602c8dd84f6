# How the first process of each guest begins (sourced): what programs expect to be there, and drivers of emulated devices.
/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm /run /tmp /var/tmp
mount -t tmpfs shm /dev/shm
for module in virtio_pci virtio_blk virtio_net; do modprobe $module; done
ip link set lo up
