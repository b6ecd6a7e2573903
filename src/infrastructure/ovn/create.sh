# Creates a database, from a standalone one where there is one, and starts its server. `local` empty: a standalone one.
: "${unit?}" "${file?}" "${schema?}" "${local?}" "${timer?}" "${stamp?}"
systemctl stop "$unit" || exit 1
mkdir -p "${file%/*}" || exit 1
rm -f "$file.new"
source=$schema
if [ -e "$file" ]; then
  source=$file.standalone-$(date +%s)
  cp -p "$file" "$source" || exit 1
fi
if [ -n "$local" ]; then
  ovsdb-tool --election-timer="$timer" create-cluster "$file.new" "$source" "$local" || exit 1
elif [ "$source" = "$schema" ]; then
  ovsdb-tool create "$file.new" "$schema" || exit 1
fi
if [ -e "$file.new" ]; then mv -f "$file.new" "$file" || exit 1; fi
# Enabled while it is stopped: unitStart.sh says why.
systemctl enable -q "$unit" || exit 1
systemctl reset-failed "$unit" 2>/dev/null
systemctl start "$unit" || exit 1
mkdir -p "${stamp%/*}" && : >"$stamp"
