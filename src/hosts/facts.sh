#!/bin/sh
# Prints the facts of this host in sections that start with `== name`. Changes nothing.

# The first newline ends a file that has none at its end.
section() { printf '\n== %s\n' "$1"; }

# A kernel module counts when it is loaded, or when this machine could load it.
openvswitch_module() {
  if [ -d /sys/module/openvswitch ]; then
    echo loaded
  elif [ -w /proc/sys/kernel/modprobe ] && modprobe -n -q openvswitch 2>/dev/null; then
    echo loadable
  fi
}

# /dev/kvm may exist without a processor or a permission to use it: it is opened.
kvm_usable() {
  grep -qwE 'vmx|svm' /proc/cpuinfo || return
  [ -c /dev/kvm ] && [ -r /dev/kvm ] && [ -w /dev/kvm ] || return
  ( : <>/dev/kvm ) 2>/dev/null && echo yes
}

# The OSDs of this host live on the device: its content is theirs.
holds_osd() {
  for block in /var/lib/ceph/osd/*/block; do
    [ "$(readlink -f "$block" 2>/dev/null)" = "/dev/$1" ] && return 0
  done
  return 1
}

# Partitions, holders (LVM, RAID, device-mapper), mounts, swap, or the signature of a file system.
holds_data() {
  for part in "/sys/block/$1/$1"*/partition "/sys/block/$1/holders"/*; do
    [ -e "$part" ] && return 0
  done
  grep -q "^/dev/$1[ p0-9]" /proc/mounts /proc/swaps 2>/dev/null && return 0
  command -v blkid >/dev/null && [ -n "$(blkid -p -o value -s TYPE "/dev/$1" 2>/dev/null)" ]
}

block_devices() {
  for folder in /sys/block/*; do
    name=${folder##*/}
    case $name in loop* | ram* | zram* | sr* | fd* | dm-* | md* | nbd* | rbd*) continue ;; esac
    [ -b "/dev/$name" ] || continue
    used=no
    holds_osd "$name" || { holds_data "$name" && used=yes; }
    read -r size <"$folder/size"
    echo "/dev/$name $size $used"
  done
}

section clock
date +%s.%N
section hostname
cat /proc/sys/kernel/hostname
section os-release
cat /etc/os-release 2>/dev/null
section kernel
cat /proc/sys/kernel/osrelease
section cpus
nproc 2>/dev/null || grep -c ^processor /proc/cpuinfo
section memory
grep -E '^MemTotal:' /proc/meminfo
cat /sys/fs/cgroup/memory.max 2>/dev/null
section disk
df -Pk / 2>/dev/null
section openvswitch
openvswitch_module
section kvm
kvm_usable
section container
systemd-detect-virt --container 2>/dev/null ||
  { [ -e /run/systemd/container ] && cat /run/systemd/container; }
section cloud-id
head -c 100 /var/lib/cloudwright/cloud-id 2>/dev/null
section managed
# The manifest, or what version 0.1.0 left of Keystone's first administrator.
for mark in manifest.json identity-bootstrap; do
  if [ -e "/var/lib/cloudwright/$mark" ]; then echo yes; break; fi
done
section addresses
ip -o addr show 2>/dev/null
section links
ip -o link show 2>/dev/null
section routes
ip -4 route show default 2>/dev/null
section devices
block_devices
section end
