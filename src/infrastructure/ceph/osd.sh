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
# The same uuid gives the same id, also after a cut.
id=$(ceph osd new "$uuid" -i "$secret")
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
    elif [ -s "$device" ] && [ "$(head -c 4096 "$device" | tr -d '\000' | wc -c)" -gt 0 ]; then
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
