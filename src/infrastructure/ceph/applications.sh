#!/bin/sh
# Tags the pools of Ceph's own daemons once the daemons named as ADDRESS:PORT answer. Done once for each `name`.
: "${act?}" "${name?}" "${state_directory?}"

mark=$state_directory/ceph/pool-applications-$name
if [ "$act" = compare ]; then
  [ -e "$mark" ]
  exit
fi

answers() {
  left=300
  until bash -c "exec 3<>/dev/tcp/${1%:*}/${1##*:}" 2>/dev/null; do
    left=$((left - 1))
    if [ $left -eq 0 ]; then
      echo "the object gateway does not answer on $1" >&2
      exit 1
    fi
    sleep 0.2
  done
}

set -e
for daemon in "$@"; do answers "$daemon"; done
pools=$(ceph osd pool ls detail)
printf '%s\n' "$pools" | sed -n "/ application /!s/^pool [0-9]* '\([^']*\)'.*/\1/p" | while read -r pool; do
  case $pool in
    .mgr) ceph osd pool application enable "$pool" mgr ;;
    .rgw.* | *.rgw.*) ceph osd pool application enable "$pool" rgw ;;
  esac
done
mkdir -p "$state_directory/ceph"
: >"$mark"
