#!/bin/sh
# Compares the compressed pages with the settings and the installed code, or compresses them again.
: "${act?}" "${application?}" "${settings?}" "${static_files?}" "${user?}" "${state_directory?}"

stamp=$state_directory/dashboard-pages

# What the pages were made from, and the list that was made: a page that is not in the list answers 500.
digest() {
  {
    find "$settings" -name '*.py' -type f -exec sha256sum {} + | sort
    find "$application" -name '*.html' -type f -exec cksum {} + | sort
    find "$static_files" -name manifest.json -exec cat {} +
  } 2>/dev/null | sha256sum | cut -d ' ' -f 1
}

if [ "$act" = compare ]; then
  [ -s "$stamp" ] && find "$static_files" -name manifest.json -size +2c | grep -q . || exit 1
  [ "$(cat "$stamp")" = "$(digest)" ]
  exit
fi

set -e
chown -hR "$user" "$static_files"
cd "$application"
setpriv --reuid="$user" --regid="$user" --init-groups -- python3 manage.py compress --force
mkdir -p "$state_directory"
digest >"$stamp.new"
mv "$stamp.new" "$stamp"
