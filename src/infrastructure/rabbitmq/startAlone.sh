# Starts a member that would wait for others whose stores are gone.
: "${unit?}" "${node?}" "${stamp?}"
systemctl stop "$unit" || exit 1
rabbitmqctl -q -n "$node" force_boot || exit 1
systemctl reset-failed "$unit" 2>/dev/null
systemctl enable -q "$unit" || exit 1
if ! systemctl start "$unit"; then
  journalctl -u "$unit" -n 20 --no-pager -o cat >&2
  exit 1
fi
mkdir -p "${stamp%/*}" && : >"$stamp"
