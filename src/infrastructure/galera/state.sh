# Prints what a Galera member knows of itself, one name=value a line. Changes nothing; prints `end=yes` on a bare host too.
: "${unit?}" "${data?}" "${position?}" "${account?}"
if command -v mariadbd >/dev/null 2>&1; then echo installed=yes; fi
systemctl show -p ActiveState -p SubState -p NRestarts "$unit" 2>/dev/null
started=$(systemctl show -p InactiveExitTimestampMonotonic --value "$unit" 2>/dev/null)
if [ "${started:-0}" -gt 0 ] 2>/dev/null; then
  echo "age=$(($(cut -d. -f1 /proc/uptime) - started / 1000000))"
fi
if [ -e "$data/grastate.dat" ]; then
  sed -n 's/^uuid: */uuid=/p; s/^seqno: */seqno=/p; s/^safe_to_bootstrap: */safe=/p' "$data/grastate.dat"
fi
# The position that a stopped server's data was found at. Any file written since then makes it worthless.
if [ -e "$position" ] && [ -z "$(find "$data" -type f -newer "$position" 2>/dev/null | head -n 1)" ]; then
  echo "position=$(cat "$position")"
fi
if [ -e "$data/sst_in_progress" ]; then echo copying=yes; fi
printf 'databases='
for directory in "$data"/*/; do
  name=${directory%/}
  name=${name##*/}
  case $name in
  '*' | mysql | performance_schema | sys | lost+found | '#'*) ;;
  *) printf '%s ' "$name" ;;
  esac
done
echo
if [ -e "$data/gvwstate.dat" ]; then
  sed -n 's/^my_uuid: */own=/p' "$data/gvwstate.dat"
  echo "view=$(sed -n 's/^member: *\([^ ]*\).*/\1/p' "$data/gvwstate.dat" | tr '\n' ' ')"
fi
if [ "$(systemctl is-active "$unit" 2>/dev/null)" = active ]; then
  # A member outside the primary component answers questions about itself and refuses all others.
  timeout 5 mariadb --skip-ssl --connect-timeout=3 -f -N -B 2>/dev/null <<SQL | sed -n 's/	/=/p'
select 'wsrep_on', @@wsrep_on;
show global status where variable_name in ('wsrep_cluster_status','wsrep_cluster_state_uuid','wsrep_cluster_size',
'wsrep_local_state_comment','wsrep_incoming_addresses','wsrep_ready','wsrep_last_committed');
select 'transfer_account', count(*) from mysql.global_priv where user = '$account' and host = 'localhost';
SQL
fi
echo end=yes
