#!/bin/busybox sh
# First process of the lab's guest: the host's files read-only below a throw-away layer, then /lab/start.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
while read -r module options; do
  $b insmod "/modules/$module" $options || echo "lab: no $module"
done </modules/order
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose host /host
$b mount -t tmpfs tmpfs /layer
$b mkdir /layer/upper /layer/work
$b mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /root
$b mkdir -p /root/proc /root/sys /root/dev /root/lab /root/tmp /root/run
for place in proc sys dev; do $b mount -o move /$place /root/$place; done
$b mount -t tmpfs tmpfs /root/run
$b mkdir -p /root/dev/pts /root/dev/shm
$b mount -t devpts devpts /root/dev/pts
$b mount -t tmpfs tmpfs /root/dev/shm
$b mount -t configfs configfs /root/sys/kernel/config
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000 lab /root/lab
$b ip link set lo up
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp TERM=dumb
$b chroot /root /bin/sh /lab/start >/root/dev/ttyS1
echo "lab: start ended with $?"
$b poweroff -f
