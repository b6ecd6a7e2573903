#!/bin/sh
# Keeps the ruleset that apply.sh loaded, also for the next boot. Runs over a connection that was made under it.
: "${state_directory?}" "${kept?}" "${family?}" "${table?}" "${unit?}"
set -e

folder=$state_directory/firewall
systemctl stop "$unit.timer" 2>/dev/null || :
if [ -e "$folder/reverted" ]; then
  echo "the time for it ran out, and the rules were taken back" >&2
  exit 1
fi
nft --stateless list table "$family" "$table" | sha256sum >"$folder/listing.new"
mkdir -p "${kept%/*}"
mv "$folder/new" "$kept"
chmod 600 "$kept"
mv "$folder/listing.new" "$folder/listing"
