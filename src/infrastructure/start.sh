# Starts a cluster member, or restarts it. It may wait for others or copy data for hours: this returns within about 15 s.
: "${unit?}" "${stamp?}"
state() { systemctl show -p ActiveState -p SubState --value "$unit" | tr '\n' ' '; }
case $(state) in
'inactive '* | 'failed '*) ;;
*) systemctl stop "$unit" || exit 1 ;;
esac
systemctl reset-failed "$unit" 2>/dev/null
systemctl enable -q "$unit" || exit 1
systemctl start --no-block "$unit" || exit 1
mkdir -p "${stamp%/*}" && : >"$stamp" || exit 1
left=150
while [ $left -gt 0 ]; do
  case $(state) in
  'active '*) exit 0 ;;
  'failed '* | *' auto-restart'*)
    journalctl -u "$unit" -n 30 --no-pager -o cat >&2
    exit 1
    ;;
  esac
  left=$((left - 1))
  sleep 0.1
done
# Still starting after 15 s: the next reading says what it is doing.
exit 0
