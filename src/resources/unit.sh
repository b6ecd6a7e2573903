#!/bin/sh
# Functions about one systemd unit.
: "${unit?}" "${state_directory?}" "${service_not_started?}" "${unit_not_installed?}"

# Of the unit, or of the one that is named.
property() { systemctl show -p "$1" --value -- "${2-$unit}" 2>/dev/null </dev/null; }

# Ends the program with what a person would look at first, on standard error.
give_up() {
  systemctl status --no-pager --full --lines=0 -- "$unit" >&2 </dev/null
  journal=$(journalctl --unit="$unit" --lines=25 --no-pager --quiet --output=short-iso 2>/dev/null </dev/null)
  if [ -n "$journal" ]; then printf '%s\n' "$journal" >&2; fi
  # OpenStack's services write log files of their own; the journal then has only the lines of systemd.
  if [ -z "$journal" ] || ! printf '%s\n' "$journal" | grep -qv ' systemd\['; then show_log_file; fi
  exit "$service_not_started"
}

# The log of unit nova-api.service is /var/log/nova/nova-api.log; failing that, the newest log beside it.
show_log_file() {
  name=${unit%.*}
  directory=/var/log/${name%%[-@]*}
  log_file=$directory/$name.log
  if ! [ -f "$log_file" ]; then
    # shellcheck disable=SC2012 # The newest; log files have plain names.
    log_file=$(ls -t "/var/log/$name"/*.log "$directory"/*.log 2>/dev/null | head -n 1)
  fi
  if [ -n "$log_file" ]; then
    echo "last lines of $log_file:" >&2
    tail -n 15 -- "$log_file" >&2
  fi
}

# Whether the manager knows the files of the service that a timer starts other than they are.
is_service_stale() {
  case $unit in *.timer) ;; *) return 1 ;; esac
  [ "$(property NeedDaemonReload "${unit%.timer}.service")" = yes ]
}

# Makes the manager read the unit's files where it does not know them as they are. That takes most of a second on a
# control host and serves all units, so of several services that start at the same time one does it and the others wait.
read_unit_files() {
  mkdir -p "$state_directory" || exit 1
  (
    flock 9 2>/dev/null || :
    if [ "$(property NeedDaemonReload)" = yes ] || [ "$(property LoadState)" = not-found ] || is_service_stale; then
      systemctl daemon-reload </dev/null || exit 1
    fi
  ) 9>>"$state_directory/reading-units" || exit 1
}

require_unit() {
  [ "$(property LoadState)" = not-found ] || return 0
  echo "systemd has no unit $unit on this host: the package that brings it is not installed" >&2
  exit "$unit_not_installed"
}
