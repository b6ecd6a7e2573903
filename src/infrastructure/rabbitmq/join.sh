# Makes an empty node a member of the cluster that `peer` is in. Safe to run again after a cut at any point.
: "${unit?}" "${data?}" "${node?}" "${peer?}" "${stamp?}" "${aside?}"
if [ -n "$aside" ]; then
  # A store that the cluster has forgotten cannot be started. It is kept under another name.
  systemctl stop "$unit" || exit 1
  if [ -e "$data/mnesia/$node" ]; then
    mv "$data/mnesia/$node" "$data/mnesia/$node.before-join-$(date +%s)" || exit 1
  fi
fi
systemctl reset-failed "$unit" 2>/dev/null
systemctl enable -q "$unit" || exit 1
if ! systemctl start "$unit"; then
  journalctl -u "$unit" -n 20 --no-pager -o cat >&2
  exit 1
fi
mkdir -p "${stamp%/*}" && : >"$stamp" || exit 1
rabbitmqctl -q -n "$node" stop_app || exit 1
rabbitmqctl -q -n "$node" reset || exit 1
rabbitmqctl -q -n "$node" join_cluster "$peer" || exit 1
rabbitmqctl -q -n "$node" start_app || exit 1
