#!/bin/sh
# Tags the pool of Ceph's manager. Done once.
: "${act?}" "${state_directory?}"

mark=$state_directory/ceph/pool-applications-manager
if [ "$act" = compare ]; then
  [ -e "$mark" ]
  exit
fi

set -e
pools=$(ceph osd pool ls detail)
printf '%s\n' "$pools" | sed -n "/ application /!s/^pool [0-9]* '\([^']*\)'.*/\1/p" | while read -r pool; do
  case $pool in
    .mgr) ceph osd pool application enable "$pool" mgr ;;
  esac
done
mkdir -p "$state_directory/ceph"
: >"$mark"
