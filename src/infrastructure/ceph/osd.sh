#!/bin/sh
# One OSD on a block device or, for a trial, in a sparse file. `act`: is it running, does it exist, or create and
# start it. After administrator.sh.
# shellcheck disable=SC2154 # Variables of administrator.sh.
: "${act?}" "${uuid?}" "${device?}" "${size?}" "${data?}" "${unit?}" "${state_directory?}"

known=$state_directory/osd/$uuid.id
id=
if [ -s "$known" ]; then id=$(cat "$known"); fi

case $act in
  running)
    [ -n "$id" ] && [ -e "$data/ceph-$id/ready" ] && systemctl is-active --quiet "$unit$id" &&
      [ "$(cat "$state_directory/osd/$id.device" 2>/dev/null)" = "$device" ]
    exit
    ;;
  exists)
    [ -n "$id" ] && [ -e "$data/ceph-$id/ready" ]
    exit
    ;;
esac

set -e
umask 077
become_administrator
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
if ! id=$(administer osd new "$uuid" -i "$secret" 2>"$work/log"); then
  # Of a host that was reinstalled the cluster knows the OSD, with a key that is lost.
  id=$(administer osd dump | awk -v uuid="$uuid" '$NF == uuid { sub(/^osd\./, "", $1); print $1 }')
  if [ -z "$id" ]; then
    cat "$work/log" >&2
    exit 1
  elif has_label "$uuid"; then
    # Its data are still there: it goes on with them.
    printf '{"cephx_secret": "%s"}' "$(administer auth get-key "osd.$id")" >"$secret.new"
    mv "$secret.new" "$secret"
  else
    # Its data are gone with the device: an empty one takes its place. Refused while it is up.
    administer osd destroy "$id" --yes-i-really-mean-it >&2
    administer osd new "$uuid" "$id" -i "$secret" >&2
  fi
fi
home=$data/ceph-$id
if [ ! -e "$home/ready" ]; then
  if [ -n "$size" ]; then
    [ -d "${device%/*}" ] || install -d -o "$user" -g "$user" "${device%/*}"
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
    # The folder may be the daemons' own: a link there is not followed.
    chown -h "$user:" "$device"
  else
    chown "$user:" "$(readlink -f -- "$device")"
  fi
  as_daemon mkdir -p -- "$home"
  as_daemon ln -sfn -- "$device" "$home/block"
  printf '[osd.%s]\n\tkey = %s\n' "$id" "$(sed 's/.*: "\(.*\)".*/\1/' "$secret")" | write_as_daemon "$home/keyring"
  echo bluestore | write_as_daemon "$home/type"
  if ! ceph-osd -i "$id" --mkfs --osd-uuid "$uuid" --osd-objectstore bluestore --setuser "$user" --setgroup "$user" \
    >"$work/mkfs.log" 2>&1; then
    tail -n 20 "$work/mkfs.log" >&2
    exit 1
  fi
fi
# What is the OSD's by root's own record: the link to it in the OSD's folder is the daemons' to change.
echo "$device" >"$state_directory/osd/$id.device.new"
mv "$state_directory/osd/$id.device.new" "$state_directory/osd/$id.device"
echo "$id" >"$known.new"
mv "$known.new" "$known"
systemctl enable -q "$unit$id"
systemctl start "$unit$id"
