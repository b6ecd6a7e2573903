# Prints what a Ceph monitor knows of itself, one name=value a line. Changes nothing; works on a bare host.
: "${unit?}" "${data?}" "${socket?}"
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
  # Over its own socket: it answers without a quorum too. `ceph daemon` asks the same in seven times the time.
  echo "answer=$(timeout 10 python3 -I -S -c '
import socket, sys
with socket.socket(socket.AF_UNIX) as monitor:
    monitor.connect(sys.argv[1])
    monitor.sendall(b"{\"prefix\": \"mon_status\"}\0")
    answer = monitor.makefile("rb").read()
# Before it stand four bytes with its length.
sys.stdout.write(answer[4:].decode())
' "$socket" 2>/dev/null | tr -d '\n')"
fi
echo end=yes
