# Starts the first member of a cluster on the data that is here.
: "${unit?}" "${data?}" "${stamp?}" "${position?}"
stop_server
if [ -e "$data/grastate.dat" ]; then
  sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' "$data/grastate.dat" || exit 1
fi
# The last view would be looked for in place of a new one.
rm -f "$data/gvwstate.dat" "$position"
systemctl reset-failed "$unit" 2>/dev/null
if ! galera_new_cluster; then
  journalctl -u "$unit" -n 30 --no-pager -o cat >&2
  exit 1
fi
systemctl enable -q "$unit" || exit 1
mkdir -p "${stamp%/*}" && : >"$stamp"
