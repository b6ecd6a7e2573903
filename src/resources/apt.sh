#!/bin/sh
# Functions around apt-get. What it prints goes to a log, of which only the lines about a failure are shown.
: "${state_directory?}" "${packages_failed?}"

apt_log=$state_directory/apt.log
lists_stamp=$state_directory/apt-lists-current
mkdir -p "$state_directory" || exit 1

logged() { "$@" </dev/null >"$apt_log" 2>&1; }

log_has() { grep -qE "$1" "$apt_log"; }

apt_failed() {
  # What a server or the network answered is indented below its `Err:` line.
  grep -E '^(E|W|Err|dpkg: error)|^ +([1-5][0-9][0-9] |Could not|Connection|Temporary failure|Unable)' "$apt_log" >&2 ||
    tail -n 25 "$apt_log" >&2
  exit "$packages_failed"
}

# Without Error-Mode=any apt-get exits 0 when a mirror cannot be reached, and continues with the lists it has.
refresh() {
  logged apt-get -q -o APT::Update::Error-Mode=any -o DPkg::Lock::Timeout=60 update || apt_failed
  : >"$lists_stamp"
}

# Whether there are no lists, or a source is newer than they are.
lists_are_stale() {
  ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 || return 0
  since=$lists_stamp
  [ -e "$since" ] || since=/var/lib/apt/lists
  [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer "$since" 2>/dev/null | head -n 1)" ]
}
