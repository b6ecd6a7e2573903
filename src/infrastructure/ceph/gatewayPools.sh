# The pools of the object gateway, given as NAME:PLACEMENT_GROUPS. The gateway makes those that it misses itself, but it
# may only use pools that are tagged as its own, and waits without an end for one that is not.
: "${act?}" "${state_directory?}"

mark=$state_directory/ceph/gateway-pools
line_of() { printf '%s\n' "$pools" | grep -F "'$1' "; }
tagged() {
  case $(line_of "$1") in
    *' application '*) return 0 ;;
  esac
  return 1
}

if [ "$act" = compare ]; then
  # The marker first: a cluster without a monitor lets every question wait.
  [ -e "$mark" ] || exit 1
  pools=$(monitors 'osd pool ls' detail=detail) || exit 1
  for word; do tagged "${word%:*}" || exit 1; done
  exit 0
fi

set -e
pools=$(ceph osd pool ls detail)
for word; do
  name=${word%:*}
  number=${word##*:}
  if [ -z "$(line_of "$name")" ]; then
    # Ceph asks back about names of its own daemons, which begin with a dot.
    confirm=
    case $name in .*) confirm=--yes-i-really-mean-it ;; esac
    # shellcheck disable=SC2086
    ceph osd pool create "$name" "$number" "$number" replicated $confirm
  fi
  if ! tagged "$name"; then ceph osd pool application enable "$name" rgw; fi
done
# Of an earlier gateway, which was cut between making a pool and tagging it.
printf '%s\n' "$pools" | sed -n "/ application /!s/^pool [0-9]* '\([^']*\)'.*/\1/p" | while read -r pool; do
  case $pool in
    .rgw.* | *.rgw.*) ceph osd pool application enable "$pool" rgw ;;
  esac
done
mkdir -p "$state_directory/ceph"
: >"$mark"
