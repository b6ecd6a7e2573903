/** Kernel modules of the guest in loading order; those that the kernel has built in are left out when it is built. */
export const GUEST_MODULES: readonly string[] = [
  'failover',
  'net_failover',
  'virtio_net',
  'virtio_blk',
  'rng-core',
  'virtio-rng',
  'scsi_common',
  'scsi_mod',
  'virtio_scsi',
  'sd_mod',
  'cdrom',
  'sr_mod',
  'libata',
  'ata_piix',
  'isofs',
];

/** The first process: brings the system up and then keeps a shell on the serial console. */
export const INIT = `#!/bin/sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
exec </dev/console >/dev/console 2>&1

say() { echo "guest: $* ($(cut -d' ' -f1 /proc/uptime) s)"; }
say "kernel $(uname -r)"

for module in ${GUEST_MODULES.join(' ')}; do
  [ ! -e "/modules/$module.ko" ] || insmod "/modules/$module.ko" 2>/dev/null
done

ip link set lo up
tries=0
until [ -e /sys/class/net/eth0 ] || [ $tries = 25 ]; do tries=$((tries + 1)); sleep 0.2; done
ip link set eth0 up
# Goes to the background with a lease in hand, and renews it; without one it keeps asking there.
udhcpc -i eth0 -s /etc/udhcpc.script -p /run/udhcpc.pid -O staticroutes -O mtu -t 15 -T 1 -A 3 -b >/run/udhcpc.log 2>&1
say "address $(cat /run/address 2>/dev/null || echo none)"

/etc/instance

mkdir -p /www
echo "hello from $(hostname)" >/www/index.html
httpd -p 80 -h /www
dropbearkey -t ed25519 -f /etc/dropbear/dropbear_ed25519_host_key >/dev/null 2>&1
dropbear -s -r /etc/dropbear/dropbear_ed25519_host_key 2>/run/dropbear.log
say "READY $(hostname) $(cat /run/address 2>/dev/null)"

while :; do
  setsid cttyhack sh </dev/ttyS0 >/dev/ttyS0 2>&1
  sleep 1
done
`;

/** Learns who this instance is: from the metadata service, else from a config drive. */
export const INSTANCE = `#!/bin/sh
metadata=http://169.254.169.254/latest
fetch() { wget -q -T 5 -O - "$metadata/$1" 2>/dev/null; }
say() { echo "guest: $* ($(cut -d' ' -f1 /proc/uptime) s)"; }

mkdir -p -m 700 /root/.ssh
from_metadata() {
  [ -e /run/address ] || return 1
  tries=0
  until name=$(fetch meta-data/local-hostname) && [ -n "$name" ]; do
    tries=$((tries + 1))
    [ $tries -lt 10 ] || return 1
    sleep 1
  done
  hostname "\${name%%.*}"
  say "metadata $(fetch meta-data/instance-id)"
  fetch meta-data/public-keys/0/openssh-key >/root/.ssh/authorized_keys
  fetch user-data >/run/user-data
}

from_drive() {
  mkdir -p /mnt
  for device in /dev/sr0 /dev/vdb /dev/sda; do
    [ -b $device ] && mount -t iso9660 -o ro $device /mnt 2>/dev/null || continue
    if [ -e /mnt/openstack/latest/meta_data.json ]; then
      json=/mnt/openstack/latest/meta_data.json
      name=$(sed -n 's/.*"hostname": *"\\([^"]*\\)".*/\\1/p' $json)
      [ -z "$name" ] || hostname "\${name%%.*}"
      sed -n 's/.*"public_keys": *{"[^"]*": *"\\([^"]*\\)".*/\\1/p' $json | sed 's/\\\\n//g' >/root/.ssh/authorized_keys
      cat /mnt/openstack/latest/user_data >/run/user-data 2>/dev/null
      umount /mnt
      say "config drive $device"
      return 0
    fi
    umount /mnt
  done
  return 1
}

from_metadata || from_drive || say "neither metadata service nor config drive"
chmod 600 /root/.ssh/authorized_keys 2>/dev/null
if head -c 2 /run/user-data 2>/dev/null | grep -q '#!'; then
  chmod 700 /run/user-data
  say "running user data"
  /run/user-data
fi
`;

/** What udhcpc calls with a lease: address, MTU, and routes; option 121 goes before the router option, RFC 3442. */
export const DHCP_SCRIPT = `#!/bin/sh
case "$1" in
  bound | renew) ;;
  deconfig) ip address flush dev "$interface"; rm -f /run/address; exit 0 ;;
  *) exit 0 ;;
esac
ip address flush dev "$interface"
ip address add "$ip/\${mask:-24}" dev "$interface"
ip link set "$interface" up
[ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
if [ -n "$staticroutes" ]; then
  set -- $staticroutes
  while [ -n "$2" ]; do
    if [ "$2" = 0.0.0.0 ]; then
      ip route replace "$1" dev "$interface"
    else
      ip route replace "$1" via "$2" dev "$interface" onlink
    fi
    shift 2
  done
else
  for gateway in $router; do
    ip route replace default via "$gateway" dev "$interface"
    break
  done
fi
: >/etc/resolv.conf
for server in $dns; do echo "nameserver $server" >>/etc/resolv.conf; done
echo "$ip" >/run/address
`;

/** A list of disks, as operators know it from Debian; busybox has none. */
export const LSBLK = `#!/bin/sh
printf '%-8s %12s\\n' NAME SIZE
while read -r major minor blocks name; do
  case "$name" in vd* | sd* | sr*) printf '%-8s %9d KiB\\n' "$name" "$blocks" ;; esac
done </proc/partitions
`;

/** syslinux.cfg: straight into the kernel, console on the serial line. */
export const BOOT_CONFIGURATION = `DEFAULT guest
PROMPT 0
TIMEOUT 0
LABEL guest
 LINUX /vmlinuz
 INITRD /initrd.img
 APPEND console=tty0 console=ttyS0,115200 panic=5 mitigations=off quiet random.trust_cpu=on no_timer_check
`;
