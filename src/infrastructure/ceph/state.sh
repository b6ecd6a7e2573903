# Prints what a Ceph monitor knows of itself, one name=value a line. Changes nothing; works on a bare host.
: "${unit?}" "${data?}" "${id?}"
if command -v ceph-mon >/dev/null 2>&1; then echo installed=yes; fi
systemctl show -p ActiveState -p SubState "$unit" 2>/dev/null
if [ -z "$(ls -A "$data" 2>/dev/null)" ]; then
  echo store=none
elif [ -e "$data/kv_backend" ] && [ -e "$data/keyring" ] && [ -e "$data/store.db/CURRENT" ]; then
  echo store=present
else
  echo store=incomplete
fi
if [ "$(systemctl is-active "$unit" 2>/dev/null)" = active ]; then
  # Over its own socket: it answers without a quorum too.
  echo "answer=$(timeout 10 ceph daemon "mon.$id" mon_status 2>/dev/null | tr -d '\n')"
fi
echo end=yes
