# Gives a daemon its key. The words are its rights, as `ceph auth` takes them. After administrator.sh.
# shellcheck disable=SC2154 # Variables of administrator.sh.
: "${act?}" "${entity?}" "${keyring?}" "${state_directory?}"

# With which rights the key was made: only the administrator could ask the cluster.
known=$state_directory/ceph/rights-$entity
if [ "$act" = compare ]; then
  [ -s "$keyring" ] && [ "$(cat "$known" 2>/dev/null)" = "$*" ]
  exit
fi

set -e
umask 077
become_administrator
# Refused where the key exists with other rights, as those of an earlier version.
if ! administer auth get-or-create "$entity" "$@" >"$work/keyring" 2>"$work/log"; then
  if ! { administer auth caps "$entity" "$@" && administer auth get "$entity"; } >"$work/keyring" 2>>"$work/log"; then
    cat "$work/log" >&2
    exit 1
  fi
fi
write_as_daemon "$keyring" <"$work/keyring"
mkdir -p "$state_directory/ceph"
printf '%s\n' "$*" >"$known.new"
mv -f "$known.new" "$known"
