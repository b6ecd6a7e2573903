#!/bin/sh
# One OSD on a block device or, for a trial, in a sparse file. `act`: is it running, does it exist, or create and
# start it.
: "${act?}" "${uuid?}" "${device?}" "${size?}" "${user?}" "${data?}" "${unit?}" "${state_directory?}"

known=$state_directory/osd/$uuid.id
id=
if [ -s "$known" ]; then id=$(cat "$known"); fi

case $act in
  running)
    [ -n "$id" ] && [ -e "$data/ceph-$id/ready" ] && systemctl is-active --quiet "$unit$id"
    exit
    ;;
  exists)
    [ -n "$id" ] && [ -e "$data/ceph-$id/ready" ]
    exit
    ;;
esac

set -e
umask 077
install -d -m 0700 "$state_directory/osd"
secret=$state_directory/osd/$uuid.json
if [ ! -s "$secret" ]; then
  printf '{"cephx_secret": "%s"}' "$(ceph-authtool --gen-print-key)" >"$secret.new"
  mv "$secret.new" "$secret"
fi
has_label() {
  [ "$(head -c 22 "$device" 2>/dev/null | tr -d '\000')" = 'bluestore block device' ] &&
    [ "$(head -c 59 "$device" | tail -c 36)" = "$1" ]
}
# The same uuid gives the same id, also after a cut.
if ! id=$(ceph osd new "$uuid" -i "$secret" 2>"$secret.log"); then
  # Of a host that was reinstalled the cluster knows the OSD, with a key that is lost.
  id=$(ceph osd dump | awk -v uuid="$uuid" '$NF == uuid { sub(/^osd\./, "", $1); print $1 }')
  if [ -z "$id" ]; then
    cat "$secret.log" >&2
    exit 1
  elif has_label "$uuid"; then
    # Its data are still there: it goes on with them.
    printf '{"cephx_secret": "%s"}' "$(ceph auth get-key "osd.$id")" >"$secret.new"
    mv "$secret.new" "$secret"
  else
    # Its data are gone with the device: an empty one takes its place. Refused while it is up.
    ceph osd destroy "$id" --yes-i-really-mean-it >&2
    ceph osd new "$uuid" "$id" -i "$secret" >&2
  fi
fi
rm -f "$secret.log"
home=$data/ceph-$id
if [ ! -e "$home/ready" ]; then
  install -d -o "$user" -g "$user" "$home"
  if [ -n "$size" ]; then
    install -d -o "$user" -g "$user" "${device%/*}"
    # Data of another OSD, of this host under another name, or of anything else is not touched.
    if [ -s "$device" ] && [ "$(head -c 22 "$device" | tr -d '\000')" = 'bluestore block device' ]; then
      found=$(head -c 59 "$device" | tail -c 36)
      if [ "$found" != "$uuid" ]; then
        echo "$device belongs to the OSD $found; nothing was changed" >&2
        exit 1
      fi
    elif [ -s "$device" ] && [ "$(head -c 1048576 "$device" | tr -d '\000' | wc -c)" -gt 0 ]; then
      echo "$device holds data; nothing was changed. Remove the file, or name another one" >&2
      exit 1
    fi
    [ -e "$device" ] || truncate -s "$size" "$device"
  fi
  chown "$user:" "$device"
  ln -sfn "$device" "$home/block"
  printf '[osd.%s]\n\tkey = %s\n' "$id" "$(sed 's/.*: "\(.*\)".*/\1/' "$secret")" >"$home/keyring"
  chmod 0600 "$home/keyring"
  echo bluestore >"$home/type"
  chown -h "$user:" "$home" "$home/keyring" "$home/type" "$home/block"
  log=$data/mkfs-$id.log
  if ! ceph-osd -i "$id" --mkfs --osd-uuid "$uuid" --osd-objectstore bluestore --setuser "$user" --setgroup "$user" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
  fi
  rm -f "$log"
fi
echo "$id" >"$known.new"
mv "$known.new" "$known"
systemctl enable -q "$unit$id"
systemctl start "$unit$id"
