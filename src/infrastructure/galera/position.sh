# Stops a member and writes down the last transaction that its data holds.
: "${unit?}" "${position?}"
stop_server
systemctl reset-failed "$unit" 2>/dev/null
mkdir -p "${position%/*}" || exit 1
# Replays the storage engine's log, as every start does. Prints --wsrep_start_position=UUID:SEQNO.
found=$(galera_recovery) || exit 1
case $found in
*start_position=*:*) ;;
*)
  echo "the position of the data could not be found: ${found:-galera_recovery printed nothing}" >&2
  exit 1
  ;;
esac
printf '%s\n' "${found#*start_position=}" >"$position.new" && mv -f "$position.new" "$position"
