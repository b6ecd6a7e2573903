#!/bin/sh
# Takes our rules away; those of others stay.
: "${state_directory?}" "${kept?}" "${family?}" "${table?}"
set -e

# Not loaded again at the next boot, before it is taken away now.
rm -f "$kept"
if nft list table "$family" "$table" >/dev/null 2>&1; then nft delete table "$family" "$table"; fi
rm -rf "$state_directory/firewall"
