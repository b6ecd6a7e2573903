# Fails unless the block device is empty or belongs to the OSD `uuid`. Run right before the device is taken.
: "${device?}" "${uuid?}"
refuse() {
  echo "$device $1; nothing was changed" >&2
  exit 1
}
[ -b "$device" ] || refuse 'is no block device'
if [ "$(head -c 22 "$device" | tr -d '\000')" = 'bluestore block device' ]; then
  found=$(head -c 59 "$device" | tail -c 36)
  [ "$found" = "$uuid" ] || refuse "belongs to the OSD $found"
  exit 0
fi
[ -z "$(lsblk -nro MOUNTPOINTS "$device" | tr -d '[:space:]')" ] || refuse 'is mounted'
[ "$(lsblk -nro NAME "$device" | wc -l)" -eq 1 ] || refuse 'has partitions or other devices on it'
signatures=$(wipefs -n --noheadings -O TYPE "$device") || refuse 'cannot be read'
[ -z "$signatures" ] || refuse "has a signature of $signatures"
