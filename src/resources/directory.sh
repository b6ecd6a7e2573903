#!/bin/sh
# Makes a directory, or sets the attributes of the one that is there.
: "${path?}" "${owner?}" "${group?}" "${mode?}"

umask 022
if [ -h "$path" ] || { [ -e "$path" ] && ! [ -d "$path" ]; }; then
  echo "$path exists, but is not a directory" >&2
  exit 1
fi
mkdir -p -- "$path" || exit 1
chown -- "$owner:$group" "$path" || exit 1
chmod -- "$mode" "$path" || exit 1
