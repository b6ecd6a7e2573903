#!/bin/sh
# Loads a ruleset that takes itself back after a while, unless it is confirmed over a new connection.
: "${state_directory?}" "${ruleset?}" "${kept?}" "${family?}" "${table?}" "${unit?}" "${seconds?}"
set -e

folder=$state_directory/firewall
mkdir -p "$folder"
chmod 700 "$folder"
# The timer of a run that was killed would take back what this run loads.
systemctl stop "$unit.timer" "$unit.service" 2>/dev/null || :
systemctl reset-failed "$unit.timer" "$unit.service" 2>/dev/null || :
rm -f "$folder/reverted"
printf '%s' "$ruleset" >"$folder/new"
nft --check --file "$folder/new"
# The kept ruleset is the last that was confirmed; before the first there is none.
cat >"$folder/revert" <<END
: >'$folder/reverted'
if [ -e '$kept' ]; then nft --file '$kept'; else nft delete table $family $table; fi
END
systemd-run --quiet --unit="$unit" --on-active="$seconds" --timer-property=AccuracySec=1s /bin/sh "$folder/revert"
nft --file "$folder/new"
