#!/bin/sh
# Makes a directory, or sets the attributes of the one that is there. After enterDirectory.sh.
: "${path?}" "${owner?}" "${group?}" "${mode?}"

name=${path##*/}
enter_directory "${path%/*}" || exit 1
if [ -h "./$name" ] || { [ -e "./$name" ] && ! [ -d "./$name" ]; }; then
  echo "$path exists, but is not a directory" >&2
  exit 1
fi
if ! [ -d "./$name" ]; then (umask 022 && mkdir -- "./$name") || exit 1; fi
expected=${PWD%/}/$name
cd -P -- "./$name" || exit 1
if [ "$PWD" != "$expected" ]; then
  echo "$path was replaced by a link to $PWD while it was made; nothing was changed" >&2
  exit 1
fi
chown -- "$owner:$group" . || exit 1
chmod -- "$mode" . || exit 1
