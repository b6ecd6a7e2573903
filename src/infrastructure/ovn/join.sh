# Prepares a database that joins a cluster through any of the given servers, and starts it.
: "${unit?}" "${file?}" "${database?}" "${local?}" "${stamp?}"
systemctl stop "$unit" || exit 1
mkdir -p "${file%/*}" || exit 1
rm -f "$file.new"
ovsdb-tool join-cluster "$file.new" "$database" "$local" "$@" || exit 1
if [ -e "$file" ]; then
  # Empty, or of a member that the cluster has removed. Kept under another name all the same.
  mv "$file" "$file.before-join-$(date +%s)" || exit 1
fi
mv "$file.new" "$file" || exit 1
# Enabled while it is stopped: unitStart.sh says why.
systemctl enable -q "$unit" || exit 1
systemctl reset-failed "$unit" 2>/dev/null
systemctl start "$unit" || exit 1
mkdir -p "${stamp%/*}" && : >"$stamp"
