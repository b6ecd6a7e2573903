# A library: stops a server that is in no primary component.
: "${unit?}"
property() { systemctl show -p "$1" --value "$unit"; }
stopped() {
  case $(property ActiveState) in
  inactive | failed) return 0 ;;
  *) return 1 ;;
  esac
}
# Waits until the server has stopped, for at most $1 tenths of a second.
await_stop() {
  left=$1
  until stopped; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.1
  done
}
stop_server() {
  entered=$(property ActiveEnterTimestampMonotonic)
  begun=$(property InactiveExitTimestampMonotonic)
  systemctl stop --no-block "$unit" || exit 1
  if [ "${entered:-0}" -ge "${begun:-0}" ]; then
    await_stop 9000 && return 0
  else
    # It was never ready: it looks for its cluster, has no clients and does not react to SIGTERM.
    await_stop 50 && return 0
    systemctl kill -s KILL "$unit"
    await_stop 300 && return 0
  fi
  echo "$unit did not stop" >&2
  exit 1
}
