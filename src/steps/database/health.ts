import type { Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import { file, service } from '../../resources/index.ts';
import { ports } from '../shared/endpoints.ts';

/**
 * What haproxy asks over HTTP: 200 when this member may be written to. A TCP check would send clients to a member
 * that accepts connections but is a donor, desynced, or alone on the wrong side of a partition.
 */
const answer = `#!/bin/sh
# Managed by Cloudwright. Reads one HTTP request, answers whether this member may be written to.
read -r _request
while read -r line; do [ "$line" = "$(printf '\\r')" ] && break; [ -z "$line" ] && break; done
state=$(timeout 2 mariadb -N -B -e "select concat(coalesce((select variable_value from information_schema.global_status where variable_name='wsrep_cluster_status'),'none'),',',coalesce((select variable_value from information_schema.global_status where variable_name='wsrep_local_state'),'none'))" 2>/dev/null)
case $state in
  Primary,4|none,none|Disconnected,*|,) on=$(timeout 2 mariadb -N -B -e 'select @@wsrep_on' 2>/dev/null) ;;
  *) on=1 ;;
esac
if [ "$state" = Primary,4 ] || { [ -n "$state" ] && [ "$on" = 0 ]; }; then code='200 OK'; body=writable; else code='503 Service Unavailable'; body="not writable: $state"; fi
printf 'HTTP/1.1 %s\\r\\nContent-Type: text/plain\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "$code" "\${#body}" "$body"
`;

export function databaseHealthResources(host: Host, after: readonly Resource[]): readonly Resource[] {
  const script = file(host.name, '/usr/local/sbin/cloudwright-database-health', answer, { mode: '0755' });
  const socket = file(
    host.name,
    '/etc/systemd/system/cloudwright-database-health.socket',
    `[Unit]
Description=Answers whether this database member may be written to
[Socket]
ListenStream=${host.addresses.management}:${ports.databaseHealth}
FreeBind=true
Accept=yes
MaxConnections=64
# haproxy asks every second; the default limit of 200 starts in 2 s would end the socket under load.
TriggerLimitIntervalSec=0
[Install]
WantedBy=sockets.target
`,
  );
  const unit = file(
    host.name,
    '/etc/systemd/system/cloudwright-database-health@.service',
    `[Unit]
Description=Answers whether this database member may be written to
CollectMode=inactive-or-failed
[Service]
ExecStart=/usr/local/sbin/cloudwright-database-health
StandardInput=socket
StandardError=null
# One line a second would drown the journal.
LogLevelMax=notice
`,
  );
  return [
    script,
    socket,
    unit,
    service(host.name, 'cloudwright-database-health.socket', { watches: [script, socket, unit], after }),
  ];
}
