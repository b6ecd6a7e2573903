#!/bin/sh
# Makes a symbolic link in one step.
: "${path?}" "${target?}"

if [ -d "$path" ] && ! [ -h "$path" ]; then
  echo "$path is a directory; it is not replaced by a link" >&2
  exit 1
fi
mkdir -p -- "${path%/*}/" || exit 1
ln -sfT -- "$target" "$path.cloudwright-new" || exit 1
mv -fT -- "$path.cloudwright-new" "$path" || exit 1
