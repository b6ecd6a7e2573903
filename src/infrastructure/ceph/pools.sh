#!/bin/sh
# Compares the pools named with what is wanted, or creates them and sets what differs.
: "${act?}" "${size?}" "${min_size?}" "${pg_num?}" "${state_directory?}"

# What `ceph osd pool ls detail` says of a pool: "… size 3 min_size 2 … pg_num 32 … application rbd".
as_wanted() {
  line=$(printf '%s\n' "$pools" | grep -F "'$1' ") || return 1
  # Placement groups are never made fewer by themselves: more than wanted are left alone.
  number=$(printf '%s\n' "$line" | sed 's/.* pg_num \([0-9]*\) .*/\1/')
  [ "$number" -ge "$pg_num" ] || return 1
  # Nor are copies: fewer of them are a decision about data.
  copies=$(printf '%s\n' "$line" | sed 's/.* size \([0-9]*\) .*/\1/')
  least=$(printf '%s\n' "$line" | sed 's/.* min_size \([0-9]*\) .*/\1/')
  [ "$copies" -ge "$size" ] && [ "$least" -ge "$min_size" ] || return 1
  case $line in
    *' application '*) return 0 ;;
  esac
  return 1
}

if [ "$act" = compare ]; then
  # The marker first: a cluster without a monitor lets every question wait.
  [ -e "$state_directory/ceph/pools" ] || exit 1
  pools=$(monitors 'osd pool ls' detail=detail) || exit 1
  for name in "$@"; do as_wanted "$name" || exit 1; done
  exit 0
fi

set -e
confirm=
if [ "$size" = 1 ]; then confirm=--yes-i-really-mean-it; fi
pools=$(ceph osd pool ls detail)
# Whether pool $1 was there before with a $2 ("size", "min_size") of at least $3; a new one has Ceph's own sizes.
has() {
  number=$(printf '%s\n' "$pools" | sed -n "s/.*'$1' .* $2 \([0-9]*\) .*/\1/p")
  [ -n "$number" ] && [ "$number" -ge "$3" ]
}
for name in "$@"; do
  if as_wanted "$name"; then continue; fi
  ceph osd pool create "$name" "$pg_num"
  if ! has "$name" size "$size"; then
    # shellcheck disable=SC2086
    ceph osd pool set "$name" size "$size" $confirm
  fi
  if ! has "$name" min_size "$min_size"; then
    ceph osd pool set "$name" min_size "$min_size"
  fi
  if [ "$(ceph osd pool get "$name" pg_num | sed 's/.*: //')" -lt "$pg_num" ]; then
    ceph osd pool set "$name" pg_num "$pg_num"
    ceph osd pool set "$name" pgp_num "$pg_num"
  fi
  ceph osd pool application enable "$name" rbd
done
mkdir -p "$state_directory/ceph"
: >"$state_directory/ceph/pools"
