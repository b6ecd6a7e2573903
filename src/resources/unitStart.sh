#!/bin/sh
# Starts a unit, waits until it is active, and leaves its stamp. After unit.sh.
#   verb   none, start, restart or reload
#   words  a command that starts the unit in place of systemctl
: "${unit?}" "${verb?}" "${enable?}" "${disable?}" "${unmask?}" "${stamp?}"
: "${limit_seconds?}" "${settle_seconds?}"

# systemctl returns once a notify or forking service says that it is ready, but for a simple one as soon as it is
# forked: such a unit has to keep the same main process for more than a second.
wait_until_active() {
  type=$(property Type)
  main_pid=$(property MainPID)
  same=0
  polls=0
  while :; do
    state=$(property ActiveState)
    case $state in
      failed) give_up ;;
      # A oneshot unit that has done its work.
      inactive) if [ "$type" = oneshot ]; then return 0; else give_up; fi ;;
      active)
        case $type in simple | exec) ;; *) return 0 ;; esac
        now=$(property MainPID)
        if [ "$now" = "$main_pid" ] && [ "$now" != 0 ]; then
          same=$((same + 1))
        else
          main_pid=$now
          same=0
        fi
        if [ "$same" -ge 6 ]; then return 0; fi
        ;;
    esac
    polls=$((polls + 1))
    if [ "$polls" -gt $((settle_seconds * 5)) ]; then
      echo "$unit is not active after $settle_seconds s (state: $state)" >&2
      give_up
    fi
    sleep 0.2
  done
}

# Asked here, not in the plan: drop-ins of the same run are written after the plan was made.
if [ -n "$unmask" ]; then systemctl unmask --quiet -- "$unit" </dev/null || exit 1; fi
read_unit_files
require_unit
if [ -n "$enable" ]; then
  # Enabling adds the names of Alias=. A manager that knew such a name already, from the After= of another unit, takes
  # the running unit for stopped from its next reload on, while its processes go on (systemd 257).
  if [ "$(property ActiveState)" = active ] && systemctl cat -- "$unit" </dev/null | grep -q '^Alias='; then
    systemctl stop -- "$unit" </dev/null || exit 1
    if [ "$verb" != restart ]; then verb=start; fi
  fi
  systemctl enable --quiet -- "$unit" </dev/null || give_up
fi
if [ -n "$disable" ]; then systemctl disable --quiet -- "$unit" </dev/null || exit 1; fi
if [ "$verb" = none ]; then exit 0; fi

# A unit that failed several times in a row could not be started otherwise.
systemctl reset-failed -- "$unit" 2>/dev/null </dev/null
if [ $# -eq 0 ]; then
  # A unit that cannot be reloaded is restarted.
  if [ "$verb" = reload ]; then verb=reload-or-restart; fi
  set -- systemctl "$verb" -- "$unit"
fi
timeout "$limit_seconds" "$@" </dev/null || give_up
wait_until_active
# Enabling a unit that also has a SysV script, and steps that do the same at the same time, leave the manager with an
# older view of the unit's files than the one it was started from.
read_unit_files
mkdir -p "${stamp%/*}" && : >"$stamp" || exit 1
