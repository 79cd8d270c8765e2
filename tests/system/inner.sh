#!/bin/bash
# Runs inside fresh namespaces, as their first process: turns a folder into a machine and becomes its systemd.
# inner.sh ROOT BOOT_ID_FILE CONTROLLERS...
set -euo pipefail
root=$1 boot_id=$2
shift 2

mount --make-rprivate /
mount --rbind "$root" "$root" # with what is mounted in it
mount --make-private "$root"
mount -t proc proc "$root/proc" -o nosuid,nodev,noexec
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount --bind "$boot_id" "$root/proc/sys/kernel/random/boot_id" # journalctl -b tells the boots apart by it

mount -t tmpfs tmpfs "$root/dev" -o nosuid,mode=755,size=4m
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666,mode=620,gid=5
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs tmpfs "$root/dev/shm" -o nosuid,nodev,mode=1777
mount -t tmpfs tmpfs "$root/run" -o nosuid,nodev,mode=755
mount -t tmpfs tmpfs "$root/tmp" -o nosuid,nodev,mode=1777

mount --bind /sys "$root/sys"
mount -o remount,bind,ro "$root/sys"
mount -t tmpfs tmpfs "$root/sys/fs/cgroup" -o nosuid,nodev,noexec,mode=755
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    umount "$root/sys/fs/cgroup"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" -o nosuid,nodev,noexec
else # a host with the older hierarchies
    for controller in "$@"; do
        mkdir "$root/sys/fs/cgroup/$controller"
        mount -t cgroup cgroup "$root/sys/fs/cgroup/$controller" -o "nosuid,nodev,noexec,$controller"
    done
    mkdir "$root/sys/fs/cgroup/systemd" "$root/sys/fs/cgroup/unified"
    mount -t cgroup cgroup "$root/sys/fs/cgroup/systemd" -o nosuid,nodev,noexec,none,name=systemd
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified" -o nosuid,nodev,noexec
fi
cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true

cd "$root"
mkdir -p .old
pivot_root . .old
cd /
umount -l /.old
rmdir /.old 2>/dev/null || true
mount --make-rshared /
exec env -i container=kiebot-box TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --log-target=journal --show-status=false --default-standard-output=journal
