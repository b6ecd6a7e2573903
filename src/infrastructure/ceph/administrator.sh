# Functions of a program that acts as Ceph's administrator. Most hosts do not keep that key: it comes with the program
# and goes with it.
: "${admin_keyring?}" "${user?}"

become_administrator() {
  work=$(mktemp -d) || exit 1
  trap 'rm -rf "$work"' EXIT
  trap 'exit 143' HUP INT TERM
  (umask 077 && printf '%s' "$admin_keyring" >"$work/admin.keyring") || exit 1
}

administer() { ceph --connect-timeout 30 --name client.admin --keyring "$work/admin.keyring" "$@"; }

# In folders of the daemons' user, as that user: what it puts there in the place of a file gives it nothing.
as_daemon() { setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"; }

# Writes standard input to a file of the daemons' user, readable by it alone.
write_as_daemon() {
  # shellcheck disable=SC2016 # For the inner shell.
  as_daemon sh -c 'umask 077 && rm -f -- "$1.new" && cat >"$1.new" && mv -fT -- "$1.new" "$1"' sh "$1"
}
