#!/bin/sh
# Stops a unit and removes its stamp. After unit.sh.
: "${unit?}" "${disable?}" "${stamp?}" "${limit_seconds?}"

rm -f "$stamp" || exit 1
timeout "$limit_seconds" systemctl stop -- "$unit" </dev/null
case $? in
  0) ;;
  # No such unit, which is as good as stopped.
  5) exit 0 ;;
  *) give_up ;;
esac
if [ -n "$disable" ]; then systemctl disable --quiet -- "$unit" </dev/null || exit 1; fi
systemctl reset-failed -- "$unit" 2>/dev/null </dev/null
exit 0
