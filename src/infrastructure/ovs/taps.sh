#!/bin/sh
# Keeps the taps of a bridge up. Usage: cloudwright-taps BRIDGE [PROC]
#
# On the userspace datapath Open vSwitch makes a new port promiscuous by writing all of its flags, as it read them a
# moment before. When libvirt sets the tap up in that moment, the write takes UP away again, and the instance has no
# network although Neutron and OVN report its port as active. The kernel announces each such change: this program
# waits for the announcements; it does not poll.
set -u

bridge=$1
proc=${2:-/proc}

# Sets the tap of one line of `ip -o link` up, if it is down and belongs to the bridge:
# `12: tap0a1b2c3d-4e: <BROADCAST,MULTICAST> mtu 1442 ...`
raise() {
  case $1 in Deleted*) return ;; esac
  name=${1#*: }
  name=${name%%[:@]*}
  case $name in tap*) ;; *) return ;; esac
  flags=${1#*<}
  case ,${flags%%>*}, in *,UP,*) return ;; esac
  # A tap that libvirt has not handed to Open vSwitch yet is left to libvirt.
  [ "$(ovs-vsctl --timeout=10 -vsyslog:off iface-to-br "$name" 2>/dev/null)" = "$bridge" ] || return
  # The tap may be gone by now: that is announced as well.
  ip link set dev "$name" up && echo "set $name up"
}

links=$RUNTIME_DIRECTORY/links
rm -f "$links"
mkfifo -m 600 "$links" || exit 1
ip -o monitor link >"$links" &
monitor=$!
exec 3<"$links"
rm -f "$links"

# Taps that went down before the kernel announces to the monitor are found by looking at all of them once.
tries=0
until grep -q "^[^ ]* *0 *$monitor " "$proc/net/netlink"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 200 ] || ! kill -0 "$monitor" 2>/dev/null; then
    echo 'the kernel does not announce changes of links' >&2
    exit 1
  fi
  sleep 0.05
done
ip -o link show | while IFS= read -r line; do raise "$line"; done
while IFS= read -r line <&3; do raise "$line"; done

echo 'the announcements of links ended' >&2
exit 1
