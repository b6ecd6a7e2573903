#!/bin/sh
# Prints what is kept of the ruleset, what the kernel has now, and what it had when the ruleset was confirmed.
: "${state_directory?}" "${kept?}" "${family?}" "${table?}"

if [ -e "$kept" ]; then echo "kept=$(base64 -w0 <"$kept")"; fi
if [ -e "$state_directory/firewall/listing" ]; then
  echo "confirmed=$(cat "$state_directory/firewall/listing")"
fi
if command -v nft >/dev/null && listing=$(nft --stateless list table "$family" "$table" 2>/dev/null); then
  echo "loaded=$(printf '%s\n' "$listing" | sha256sum)"
fi
:
