#!/bin/sh
# Prints the digests of our files, the other files that name a source, those that were disabled, and whether the
# package lists are newer than the sources.
: "${state_directory?}" "${sources_file?}" "${proxy_file?}"

lists_stamp=$state_directory/apt-lists-current
for file in "$sources_file" "$proxy_file"; do
  if [ -e "$file" ]; then echo "digest $(sha256sum -- "$file")"; fi
done
grep -lsE '^[[:space:]]*(deb|deb-src|Types:)[[:space:]]' \
  /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources | sed 's/^/source /'
sed 's/^/disabled /' "$state_directory/apt-sources-disabled" 2>/dev/null
if [ -e "$lists_stamp" ] && ! [ "$sources_file" -nt "$lists_stamp" ] && ! [ "$proxy_file" -nt "$lists_stamp" ]; then
  echo lists-current
fi
:
