import type { Cloud, Host } from '../../cloud/cloud.ts';
import { ports } from '../../cloud/ports.ts';
import { controlHosts, vip } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { type Component, pathOf } from '../../platform/platform.ts';
import { command, file, mysqlSocketUser, sandbox, service } from '../../resources/index.ts';
import answer from './health.sh';

const NAME = 'cloudwright-database-health';

/** User of the host and of its database: it owns nothing, and the database shows it the server's status alone. */
const USER = 'cloudwright-health';

function healthUserId(host: Host): string {
  return `${host.name}/command:database-health-user`;
}

/** The user of the host; made before the packages, after whose users the system bus reads its policies. */
export function databaseHealthUser(host: Host, tools: Component): Resource {
  return command(host.name, 'database-health-user', {
    doing: `create the user ${USER}`,
    unless: `getent passwd ${USER} && getent group ${USER}`,
    script: `useradd --system --user-group --no-create-home --home-dir /nonexistent --shell ${pathOf(tools, 'nologin')} ${USER}`,
    limitSeconds: 30,
  });
}

/** The account that the health of each member is read with; made on any member, since each has all accounts. */
export function databaseHealthAccount(host: Host, after: readonly Resource[]): Resource {
  return mysqlSocketUser(host.name, USER, { after, cloudWide: true });
}

/**
 * What haproxy asks over HTTP: 200 when this member may be written to. A TCP check would send clients to a member
 * that accepts connections but is a donor, desynced, or alone on the wrong side of a partition. `needs`: the server
 * and the account, without which the answer is that the member is down.
 */
export function databaseHealthResources(
  cloud: Cloud,
  host: Host,
  needs: readonly Resource[],
): readonly Resource[] {
  const after = { after: [...needs, healthUserId(host)] };
  const program = file(host.name, `/usr/local/sbin/${NAME}`, answer, { mode: '0755', ...after });
  const socket = file(host.name, `/etc/systemd/system/${NAME}.socket`, socketUnit(cloud, host), after);
  const unit = file(host.name, `/etc/systemd/system/${NAME}@.service`, SERVICE_UNIT, after);
  return [
    program,
    socket,
    unit,
    service(host.name, `${NAME}.socket`, { watches: [program, socket, unit], ...after }),
  ];
}

function socketUnit(cloud: Cloud, host: Host): string {
  const balancers = [...controlHosts(cloud).map((control) => control.addresses.management), vip(cloud)];
  return `[Unit]
Description=Answers whether this database member may be written to
[Socket]
ListenStream=${host.addresses.management}:${ports.databaseHealth}
FreeBind=true
Accept=yes
MaxConnections=64
# Nobody but the balancers asks, and one who says nothing must not take all places.
MaxConnectionsPerSource=16
IPAddressDeny=any
IPAddressAllow=${balancers.join(' ')}
# haproxy asks all the time; the default limit of starts in 2 s would end the socket under load.
TriggerLimitIntervalSec=0
[Install]
WantedBy=sockets.target
`;
}

const SERVICE_UNIT = `[Unit]
Description=Answers whether this database member may be written to
CollectMode=inactive-or-failed
[Service]
ExecStart=/usr/local/sbin/${NAME}
User=${USER}
Group=${USER}
StandardInput=socket
# More than the program's own limits for the request and for the database.
RuntimeMaxSec=25
StandardError=null
# One line for each question would drown the journal.
LogLevelMax=notice
# The answer must come from a loaded host too.
Nice=-10
# A request without an end is read until its limit.
MemoryMax=64M
TasksMax=16
${sandbox('database-health')}`;
