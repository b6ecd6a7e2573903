# Prints what is on each block device given as a word. Changes nothing; works where a device is missing.
for device; do
  echo "device=$device"
  if [ ! -b "$device" ]; then
    echo missing=yes
    continue
  fi
  mounted=$(lsblk -nro MOUNTPOINTS "$device" 2>/dev/null | grep . | sort -u | tr '\n' ' ')
  if [ -n "$mounted" ]; then echo "mounted=$mounted"; fi
  # Partitions, and what is built on the device: LVM, RAID, dm-crypt, multipath.
  children=$(lsblk -nro NAME,TYPE "$device" 2>/dev/null | tail -n +2 | sed 's/ / (/; s/$/)/' | tr '\n' ' ')
  if [ -n "$children" ]; then echo "children=$children"; fi
  if ! signatures=$(wipefs -n --noheadings -O TYPE "$device" 2>&1); then
    echo "unreadable=$(printf '%s' "$signatures" | head -n 1)"
    continue
  fi
  signatures=$(printf '%s\n' "$signatures" | grep . | sort -u | tr '\n' ' ')
  if [ -n "$signatures" ]; then echo "signatures=$signatures"; fi
  # An OSD's device begins with this line and the OSD's uuid on the next.
  if [ "$(head -c 22 "$device" | tr -d '\000')" = 'bluestore block device' ]; then
    echo "osd=$(head -c 59 "$device" | tail -c 36)"
  fi
done
echo end=yes
