#!/bin/sh
# Makes a symbolic link in one step. After enterDirectory.sh.
: "${path?}" "${target?}"

name=${path##*/}
enter_directory "${path%/*}" || exit 1
if [ -d "./$name" ] && ! [ -h "./$name" ]; then
  echo "$path is a directory; it is not replaced by a link" >&2
  exit 1
fi
ln -sfT -- "$target" "./$name.cloudwright-new" || exit 1
mv -fT -- "./$name.cloudwright-new" "./$name" || exit 1
