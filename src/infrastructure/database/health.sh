#!/bin/sh
# Managed by Cloudwright; changes are put back at the next apply.
# Reads one HTTP request, answers whether this member of the database may be written to.

carriage_return=$(printf '\r')
read -r _
while read -r line; do
  if [ "$line" = "$carriage_return" ] || [ -z "$line" ]; then break; fi
done

# All in one query. A member that is slow to answer is not dead: it may take as long as the balancer waits.
state=$(timeout 18 mariadb -N -B -e "select concat_ws(' ', if(@@wsrep_on, 1, 0),
  coalesce((select variable_value from information_schema.global_status where variable_name = 'wsrep_cluster_status'), 'none'),
  coalesce((select variable_value from information_schema.global_status where variable_name = 'wsrep_local_state'), 'none'))" 2>/dev/null)
clustered=${state%% *}

code='503 Service Unavailable'
body="not writable: ${state:-no answer}"
# Not in a cluster: a lone server is always written to. In one: synced, and in the primary component.
if [ "$clustered" = 0 ] || [ "$state" = '1 Primary 4' ]; then
  code='200 OK'
  body=writable
fi
printf 'HTTP/1.1 %s\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' "$code" "${#body}" "$body"
