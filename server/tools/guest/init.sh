#!/bin/busybox sh
# Process 1 of the guest: makes the host's root, with a disk's layer over it, its own, and runs the tests there.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev
fail() { echo "guest: cannot $1"; $b poweroff -f; }
for module in $($b cat /modules/order); do $b insmod /modules/$module || fail "load $module"; done
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,cache=loose,msize=512000 host /host || fail 'mount the root of the host'
$b mount -t ext4 /dev/vda /disk || fail 'mount the disk'
$b mkdir /disk/upper /disk/work
$b mkdir -m 1777 /disk/tmp
$b mount -t overlay -o lowerdir=/host,upperdir=/disk/upper,workdir=/disk/work root /root || fail 'mount the root'
for each in proc sys dev; do $b mount --move /$each /root/$each; done
$b mount -t tmpfs -o mode=755 tmpfs /root/run
# An overlay's changes cannot lie on an overlay, so tests get the disk itself to work on.
$b mkdir -p /root/tmp /root/var/tmp
$b mount --bind /disk/tmp /root/tmp
$b mkdir -p /root/dev/pts /root/dev/shm
$b mount -t devpts devpts /root/dev/pts
$b mount -t tmpfs shm /root/dev/shm
$b mount -t cgroup2 cgroup2 /root/sys/fs/cgroup || fail 'mount cgroup v2'
$b ip link set lo up
script=$($b sed -n 's/.*slipway\.tests=\([^ ]*\).*/\1/p' /root/proc/cmdline)
exec $b switch_root /root /bin/sh "$script"
