# Makes a monitor's store and starts the monitor. With words: the first monitors' map, else the living cluster's.
: "${unit?}" "${data?}" "${id?}" "${fsid?}" "${keyring?}" "${user?}" "${stamp?}"
systemctl stop "$unit" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if [ $# -gt 0 ]; then
  monmaptool --create --fsid "$fsid" --enable-all-features --set-min-mon-release reef "$@" "$work/map" >"$work/log" || exit 1
else
  ceph --connect-timeout 30 mon getmap -o "$work/map" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
fi
(umask 077 && printf '%s' "$keyring" >"$work/keyring") || exit 1
chown -R "$user" "$work" || exit 1
# Made beside its place and moved there whole: a store that is there is complete.
new=${data%/*}/new-${data##*/}
rm -rf "$new"
# By the daemons' user, whose folder this is: what it puts there in the place of the store gives it nothing.
runuser -u "$user" -- mkdir -p -m 0750 -- "$new" || exit 1
runuser -u "$user" -- ceph-mon --mkfs -i "$id" --mon-data "$new" --fsid "$fsid" --monmap "$work/map" --keyring "$work/keyring" || exit 1
if [ -d "$data" ] && ! rmdir "$data" 2>/dev/null; then
  # Left by a creation that was cut. Kept under another name all the same.
  mv "$data" "${data%/*}/incomplete-${data##*/}-$(date +%s)" || exit 1
fi
mv -T "$new" "$data" || exit 1
systemctl reset-failed "$unit" 2>/dev/null
systemctl enable -q "$unit" || exit 1
systemctl start "$unit" || exit 1
mkdir -p "${stamp%/*}" && : >"$stamp"
