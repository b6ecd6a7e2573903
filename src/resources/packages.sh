#!/bin/sh
# Installs the packages given as words in one transaction, in which no service starts; without words, only finishes
# a transaction that was interrupted. After apt.sh and packageTransaction.sh.
: "${recommends?}" "${answers?}" "${packages_failed?}"

# Built-ins only, as a bare host need not have pgrep. The mark's process alone proves nothing: its number may have been
# given to another process since.
transaction_is_running() {
  for comm in /proc/[0-9]*/comm; do
    { IFS= read -r name <"$comm"; } 2>/dev/null || continue
    case $name in apt-get | dpkg) return 0 ;; esac
  done
  return 1
}

# An earlier run was killed, but its transaction continues: waits until the shell of that run has ended.
wait_for_earlier_transaction() {
  pid=$(mark_pid)
  waited=0
  while [ -n "$pid" ] && [ "$pid" != $$ ] && [ -e "/proc/$pid" ] && transaction_is_running; do
    waited=$((waited + 1))
    if [ "$waited" -gt 600 ]; then
      echo 'an earlier package transaction is still running after 600 s' >&2
      exit "$packages_failed"
    fi
    sleep 1
  done
}

# dpkg does not wait for the disk after each file (--force-unsafe-io): one sync at the end is much faster. Until then
# a power cut leaves files empty that dpkg takes for installed.
write_to_disk() {
  for directory in / /usr /var /etc /opt /boot; do
    if [ -d "$directory" ]; then sync -f "$directory" || return 1; fi
  done
}

# Every package with a unit asks the manager to read all units again, 0.7 s each time on a control host and forty times
# in a deploy. With this variable systemctl does not; it is done once at the end. A run that is killed before leaves
# it to the start of each service, which reads units that the manager does not know.
export SYSTEMD_OFFLINE=1
read_units() {
  unset SYSTEMD_OFFLINE
  [ -d /run/systemd/system ] || return 0
  # A new version of systemd has to replace the running one, as its own package would have done.
  # shellcheck disable=SC2016 # dpkg-query fills this placeholder.
  if [ "$(dpkg-query -W -f '${Version}' systemd 2>/dev/null)" = "$(systemctl show -p Version --value 2>/dev/null </dev/null)" ]; then
    systemctl daemon-reload </dev/null
  else
    systemctl daemon-reexec </dev/null
  fi
}

export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true
export APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1

apt_get() {
  logged apt-get -y -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=60 -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold "$@"
}

# apt refuses any transaction while packages are half installed.
finish_half_installed() {
  [ -n "$(ls /var/lib/dpkg/updates 2>/dev/null)" ] || [ -n "$(dpkg --audit 2>/dev/null)" ] || return 0
  waited=0
  until logged dpkg --force-confdef --force-confold --configure -a; do
    # Another dpkg holds the lock: wait for it. Any other failure is left to apt, which explains it better.
    log_has 'locked by another process' || break
    waited=$((waited + 1))
    if [ "$waited" -gt 60 ]; then apt_failed; fi
    sleep 1
  done
  apt_get -f install || apt_failed
}

# After a power cut: packages are installed again where a file of theirs is not as they brought it. A settings file
# that differs is the host's own, unless it is empty.
repair_after_power_cut() {
  damaged=$(
    dpkg --verify 2>/dev/null | sed -n 's/^??5?????? \([c ]\) \(\/.*\)/\1\2/p' | while IFS= read -r line; do
      path=${line#?}
      case $line in c*) if [ -s "$path" ]; then continue; fi; rm -f -- "$path" ;; esac
      dpkg-query -S "$path" 2>/dev/null | sed '/^diversion /d; s/: \/.*//; s/, /\n/g'
    done | sort -u
  )
  [ -n "$damaged" ] || return 0
  # shellcheck disable=SC2086 # One word for each package.
  apt_get -o Dpkg::Options::=--force-confmiss --reinstall install $damaged || apt_failed
}

install_packages() {
  if [ -n "$recommends" ]; then wanted=--install-recommends; else wanted=--no-install-recommends; fi
  apt_get "$wanted" -o Dpkg::Options::=--force-unsafe-io install "$@"
}

power_cut=
if marked; then
  wait_for_earlier_transaction
  if mark_is_of_earlier_boot; then power_cut=yes; fi
fi
remove_mark
# Whatever happens, what was unpacked is on disk before the mark goes away.
finish() {
  status=$?
  if write_to_disk; then
    remove_mark
  else
    echo 'the installed files could not be written to disk' >&2
    if [ "$status" -eq 0 ]; then status=$packages_failed; fi
  fi
  read_units
  exit "$status"
}
trap finish EXIT
trap 'exit 143' HUP INT TERM
set_mark || exit 1

finish_half_installed
if [ -n "$power_cut" ]; then repair_after_power_cut; fi
if [ -n "$answers" ]; then
  printf '%s\n' "$answers" | debconf-set-selections || exit "$packages_failed"
fi
[ $# -gt 0 ] || exit 0

refreshed=
if lists_are_stale; then
  refresh
  refreshed=yes
fi
install_packages "$@" && exit 0
if [ -n "$refreshed" ] || ! log_has 'Unable to locate package|no installation candidate|404 +Not Found'; then
  apt_failed
fi
refresh
install_packages "$@" || apt_failed
