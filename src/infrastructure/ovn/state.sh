# Prints what a member knows of one OVN database, one name=value a line. Changes nothing; works on a bare host.
: "${unit?}" "${file?}" "${control?}" "${database?}" "${table?}"
if command -v ovsdb-tool >/dev/null 2>&1; then echo installed=yes; fi
systemctl show -p ActiveState -p SubState "$unit" 2>/dev/null
if [ ! -e "$file" ]; then
  echo file=none
elif ovsdb-tool db-is-clustered "$file" 2>/dev/null; then
  echo file=clustered
  echo "cid=$(ovsdb-tool db-cid "$file" 2>/dev/null)"
  echo "local=$(ovsdb-tool db-local-address "$file" 2>/dev/null)"
  echo "sid=$(ovsdb-tool db-sid "$file" 2>/dev/null)"
elif ovsdb-tool db-is-standalone "$file" 2>/dev/null; then
  echo file=standalone
  select='["'$database'",{"op":"select","table":"'$table'","where":[],"columns":["_uuid"]}]'
  if rows=$(ovsdb-tool query "$file" "$select" 2>/dev/null); then
    echo "rows=$(printf '%s' "$rows" | grep -o '"_uuid"' | wc -l)"
  fi
else
  echo file=damaged
fi
if [ -S "$control" ] && [ "$(systemctl is-active "$unit" 2>/dev/null)" = active ]; then
  timeout 5 ovn-appctl -t "$control" ovsdb-server/list-dbs >/dev/null 2>&1 && echo answers=yes
  # Servers: "1ce7 (1ce7 at ssl:10.0.0.2:6643) next_index=5 match_index=4 last msg 120 ms ago".
  timeout 5 ovn-appctl -t "$control" cluster/status "$database" 2>/dev/null | sed -n '
    s/^Status: */status=/p
    s/^Role: */role=/p
    s/^Leader: */leader=/p
    s/^Election timer: */timer=/p
    s/^Entries not yet applied: */unapplied=/p
    s/^    \([0-9a-f]\{4\}\) ([0-9a-f]\{4\} at \([^)]*\)).*last msg \([0-9]*\) ms ago.*/server=\1 \2 \3/p
    t
    s/^    \([0-9a-f]\{4\}\) ([0-9a-f]\{4\} at \([^)]*\)).*/server=\1 \2/p'
fi
echo end=yes
