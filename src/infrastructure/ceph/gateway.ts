import { certificatePaths } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { factsOf, reached } from '../../cloud/reached.ts';
import { secretOf } from '../../cloud/secrets.ts';
import { controlHosts, hostsWith, vip } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import type { StepContext } from '../../engine/step.ts';
import { quoteText } from '../../hosts/quote.ts';
import { pathOf, unitOf } from '../../platform/platform.ts';
import { platformOf } from '../../platform/select.ts';
import { command, directory, file, MANAGED, service, shellProgram } from '../../resources/index.ts';
import { text } from '../../secrets/confidential.ts';
import { certificateResources } from '../certificates.ts';
import { daemonKey } from './daemonKey.ts';
import gatewayPoolsScript from './gatewayPools.sh';
import monitors from './monitors.sh';

export interface GatewayPorts {
  /** Port of the gateway itself. */
  readonly backend: number;
  /** Port on the virtual address. */
  readonly offered: number;
}

/** The object gateway on each rgw host, and the object-store user with an s3cfg on the control hosts. */
export function objectGatewayResources(
  context: StepContext<Cloud>,
  ports: GatewayPorts,
): readonly Resource[] {
  const gateways = reached(context, hostsWith(context.cloud, 'rgw'));
  const [first] = gateways;
  const monitor = reached(context, hostsWith(context.cloud, 'mon'))[0];
  if (!first || !monitor) return [];
  const pools = gatewayPools(context.cloud, monitor);
  const daemons = gateways.flatMap((host) => gatewayResources(context, host, ports, pools));
  return [
    pools,
    ...daemons,
    userResource(context, first, daemons),
    ...reached(context, controlHosts(context.cloud)).flatMap((host) =>
      accessFile(context.cloud, host, ports),
    ),
  ];
}

/** The pools that a gateway uses, with few placement groups where it keeps little. */
function gatewayPools({ ceph }: Cloud, monitor: Host): Resource {
  const few = Math.min(8, ceph.pgNum);
  const pools = [
    ...['.rgw.root', 'default.rgw.control', 'default.rgw.meta', 'default.rgw.log'].map(
      (name) => `${name}:${few}`,
    ),
    `default.rgw.buckets.non-ec:${few}`,
    `default.rgw.buckets.index:${ceph.pgNum}`,
    `default.rgw.buckets.data:${ceph.pgNum}`,
  ];
  const program = (act: string) => shellProgram([monitors, gatewayPoolsScript], { act }, pools);
  return command(
    monitor.name,
    'ceph-gateway-pools',
    {
      doing: 'create and tag the pools of the object gateway',
      unless: program('compare'),
      script: program('create'),
      limitSeconds: 240,
    },
    { cloudWide: true },
  );
}

function gatewayResources(
  { cloud, facts }: StepContext<Cloud>,
  host: Host,
  ports: GatewayPorts,
  pools: Resource,
): readonly Resource[] {
  const { components } = platformOf(cloud.release, factsOf(facts, host.name));
  const component = components['ceph-rgw'];
  const owner = components.ceph.user ?? 'root';
  const group = components.ceph.group ?? 'root';
  const id = `rgw.${host.name}`;
  const data = `${pathOf(component, 'data')}/ceph-${id}`;
  const unit = unitOf(component, 'server');
  const folder = directory(host.name, data, { owner, group, mode: '0750' });
  // Read by the daemon itself: an option in ceph.conf would be readable by every client of Ceph.
  const password = file(host.name, `${data}/keystone-password`, secretOf(cloud, 'swift_password'), {
    owner,
    group,
    mode: '0600',
    after: [folder],
  });
  const start = [
    `${pathOf(component, 'command')} -f --cluster ceph --name client.%i --setuser ${owner} --setgroup ${group}`,
    `--keyring ${pathOf(component, 'data')}/ceph-%i/keyring`,
    `--rgw-frontends "beast ssl_endpoint=${host.addresses.management}:${ports.backend} ssl_certificate=${certificatePaths('gateway').both}"`,
    '--rgw-thread-pool-size 64',
  ];
  const frontend = file(
    host.name,
    `/etc/systemd/system/${unit}.service.d/cloudwright.conf`,
    `[Service]
ExecStart=
ExecStart=${start.join(' ')}
`,
  );
  const key = daemonKey(
    cloud,
    host,
    {
      name: 'ceph-gateway-key',
      doing: 'give the object gateway its key',
      entity: `client.${id}`,
      // Of the pools only its own: not the volumes and images.
      rights: ['mon', 'allow rw', 'osd', 'allow rwx tag rgw *=*'],
      keyring: `${data}/keyring`,
      user: owner,
    },
    { after: [folder, pools] },
  );
  const certificate = certificateResources(cloud, host, 'gateway', { group, form: 'both' });
  const server = service(host.name, `${unit}${id}`, {
    watches: [
      frontend,
      password,
      ...certificate,
      `${host.name}/file:${pathOf(components.ceph, 'configuration')}`,
    ],
    after: [key],
    turn: { group: 'object-gateway' },
  });
  return [folder, password, ...certificate, frontend, key, server];
}

function userResource(
  { cloud, facts }: StepContext<Cloud>,
  host: Host,
  after: readonly Resource[],
): Resource {
  const { components } = platformOf(cloud.release, factsOf(facts, host.name));
  const id = `rgw.${host.name}`;
  const keyring = `${pathOf(components['ceph-rgw'], 'data')}/ceph-${id}/keyring`;
  // With the gateway's own key: this host need not have the administrator's.
  const administer = `radosgw-admin --id ${id} --keyring ${keyring}`;
  const user = cloud.objectStoreUser;
  const accessKey = secretOf(cloud, 'rgw_access_key');
  const secretKey = secretOf(cloud, 'rgw_secret_key');
  return command(
    host.name,
    'object-store-user',
    {
      doing: `create the object-store user ${user}`,
      // Without OSDs the question would not be answered; and an argument of grep would be in the process list.
      unless: text`[ -s ${keyring} ] || exit 1
found=$(timeout 15 ${administer} user info --uid=${user}) || exit 1
case $found in *${quoteText(text`"access_key": "${accessKey}"`)}*) ;; *) exit 1;; esac
case $found in *${quoteText(text`"secret_key": "${secretKey}"`)}*) ;; *) exit 1;; esac`,
      // The keys travel in an environment variable that Ceph's tools read as further arguments: an argument
      // would be in the process list.
      script: text`set -e
if ${administer} user info --uid=${user} >/dev/null 2>&1; then verb='key create'; else verb='user create --display-name=${user}'; fi
CEPH_ARGS=${quoteText(text`--access-key=${accessKey} --secret-key=${secretKey}`)} ${administer} $verb --uid=${user} >/dev/null`,
      limitSeconds: 60,
    },
    { after, cloudWide: true },
  );
}

/** For `s3cmd -c`: the operator's own ~/.s3cfg is left alone. */
function accessFile(cloud: Cloud, host: Host, ports: GatewayPorts): readonly Resource[] {
  const folder = directory(host.name, '/etc/cloudwright', { mode: '0755' });
  const endpoint = `${cloud.networks.service?.vip ?? vip(cloud)}:${ports.offered}`;
  const access = file(
    host.name,
    '/etc/cloudwright/s3cfg',
    text`# ${MANAGED}
[default]
access_key = ${secretOf(cloud, 'rgw_access_key')}
secret_key = ${secretOf(cloud, 'rgw_secret_key')}
host_base = ${endpoint}
host_bucket = ${endpoint}
use_https = True
`,
    { mode: '0600', after: [folder] },
  );
  return [folder, access];
}
