#!/bin/sh
# Managed by Cloudwright; changes are put back at the next apply.
# Reads one HTTP request, answers whether this member of the database may be written to. The request ends with an
# empty line; one that does not end within the limit gets no answer.

carriage_return=$(printf '\r')
timeout 5 sed -nu "/^$carriage_return*\$/q" || exit 0

# All in one query. A member that is slow to answer is not dead: it may take as long as the balancer waits.
state=$(timeout 18 mariadb --no-defaults --skip-ssl --user=cloudwright-health -N -B -e "select concat_ws(' ', if(@@wsrep_on, 1, 0),
  coalesce((select variable_value from information_schema.global_status where variable_name = 'wsrep_cluster_status'), 'none'),
  coalesce((select variable_value from information_schema.global_status where variable_name = 'wsrep_local_state'), 'none'))" 2>&1)

code='503 Service Unavailable'
case $state in
  # Not in a cluster: a lone server is always written to. In one: synced, and in the primary component.
  '0 '* | '1 Primary 4')
    code='200 OK'
    body=writable
    ;;
  # Its clients have all connections. To cut them off here would only move them to the next member.
  'ERROR 1040 '*)
    code='200 OK'
    body='writable: all connections are in use'
    ;;
  '1 '*) body="not writable: $state" ;;
  # The server's own words may name accounts.
  *) body='not writable: no answer' ;;
esac
printf 'HTTP/1.1 %s\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' "$code" "${#body}" "$body"
