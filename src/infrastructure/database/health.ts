import type { Host } from '../../cloud/cloud.ts';
import { ports } from '../../cloud/ports.ts';
import type { Resource } from '../../engine/resource.ts';
import { file, service } from '../../resources/index.ts';
import answer from './health.sh';

const NAME = 'cloudwright-database-health';

/**
 * What haproxy asks over HTTP: 200 when this member may be written to. A TCP check would send clients to a member
 * that accepts connections but is a donor, desynced, or alone on the wrong side of a partition.
 */
export function databaseHealthResources(host: Host, after: readonly Resource[]): readonly Resource[] {
  const program = file(host.name, `/usr/local/sbin/${NAME}`, answer, { mode: '0755' });
  const socket = file(
    host.name,
    `/etc/systemd/system/${NAME}.socket`,
    `[Unit]
Description=Answers whether this database member may be written to
[Socket]
ListenStream=${host.addresses.management}:${ports.databaseHealth}
FreeBind=true
Accept=yes
MaxConnections=64
# Nobody but the balancers asks, and one who says nothing must not take all places.
MaxConnectionsPerSource=16
# haproxy asks all the time; the default limit of starts in 2 s would end the socket under load.
TriggerLimitIntervalSec=0
[Install]
WantedBy=sockets.target
`,
  );
  const unit = file(
    host.name,
    `/etc/systemd/system/${NAME}@.service`,
    `[Unit]
Description=Answers whether this database member may be written to
CollectMode=inactive-or-failed
[Service]
ExecStart=/usr/local/sbin/${NAME}
StandardInput=socket
RuntimeMaxSec=25
StandardError=null
# One line for each question would drown the journal.
LogLevelMax=notice
# The answer must come from a loaded host too.
Nice=-10
`,
  );
  return [
    program,
    socket,
    unit,
    service(host.name, `${NAME}.socket`, { watches: [program, socket, unit], after }),
  ];
}
