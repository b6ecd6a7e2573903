import type { Cloud, Host } from '../cloud/cloud.ts';
import { cephHosts, hostsWith, storageAddress, usesCeph } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { command, directory, file, service } from '../resources/index.ts';
import { plain, text } from '../secrets/confidential.ts';
import { poolApplications } from './ceph/applications.ts';
import { cephChecks } from './ceph/checks.ts';
import { cephConfiguration } from './ceph/configuration.ts';
import { objectGatewayResources } from './ceph/gateway.ts';
import {
  adminKeyring,
  bootstrapKeyring,
  cephClients,
  clientKeyring,
  monitorKeyring,
  poolsOf,
} from './ceph/keyrings.ts';
import { osdResources } from './ceph/osd.ts';
import type { Step, StepContext } from './step.ts';

/** Ceph: monitors, managers, OSDs, object gateway; pools and least-right keys for the services (C4). */
export const ceph: Step = {
  name: 'ceph',
  title: 'Ceph storage',
  needs: [],
  applies: usesCeph,
  packages: ({ cloud }, name) => {
    const host = cloud.hosts.find((candidate) => candidate.name === name);
    if (!host) return [];
    return [
      ...(host.roles.has('mon') ? ['ceph-mon'] : []),
      ...(host.roles.has('mgr') ? ['ceph-mgr'] : []),
      ...(host.roles.has('osd') ? ['ceph-osd'] : []),
      ...(host.roles.has('rgw') ? ['radosgw'] : []),
      'ceph-common',
    ];
  },
  resources: (context) => {
    const pools = [...poolResources(context.cloud), ...objectGatewayResources(context.cloud)];
    return [
      ...context.cloud.hosts.flatMap((host) => clientResources(context.cloud, host)),
      ...cephHosts(context.cloud).flatMap((host) => daemonResources(context, host)),
      ...pools,
      ...poolApplications(context.cloud, pools),
    ];
  },
  checks: ({ cloud }) => cephChecks(cloud),
};

/** Any host may run a Ceph client: control hosts run Glance and Cinder, compute hosts run QEMU. */
function clientResources(cloud: Cloud, host: Host): readonly Resource[] {
  return [file(host.name, '/etc/ceph/ceph.conf', cephConfiguration(cloud))];
}

function daemonResources({ cloud }: StepContext, host: Host): readonly Resource[] {
  const admin = file(host.name, '/etc/ceph/ceph.client.admin.keyring', adminKeyring(cloud), { mode: '0600' });
  const configuration = `${host.name}/file:/etc/ceph/ceph.conf`;
  return [
    admin,
    ...(host.roles.has('mon') ? monitorResources(cloud, host, configuration) : []),
    ...(host.roles.has('mgr') ? managerResources(cloud, host, [admin.id, configuration]) : []),
    ...(host.roles.has('osd') ? osdResources(cloud, host, configuration) : []),
  ];
}

function monitorResources(cloud: Cloud, host: Host, configuration: string): readonly Resource[] {
  const keyring = file(host.name, '/var/lib/cloudwright/ceph/mon.keyring', monitorKeyring(cloud), {
    owner: 'ceph',
    group: 'ceph',
    mode: '0600',
  });
  const bootstrap = file(host.name, '/var/lib/ceph/bootstrap-osd/ceph.keyring', bootstrapKeyring(cloud), {
    owner: 'ceph',
    group: 'ceph',
    mode: '0600',
  });
  const members = hostsWith(cloud, 'mon')
    .map(
      (monitor) =>
        `--addv ${monitor.name} '[v2:${storageAddress(monitor)}:3300,v1:${storageAddress(monitor)}:6789]'`,
    )
    .join(' ');
  const data = `/var/lib/ceph/mon/ceph-${host.name}`;
  const make = command(
    host.name,
    'ceph-monitor',
    {
      doing: 'make the monitor’s store',
      // Written last: a store whose making was cut has no marker and is made anew.
      unless: `[ -e ${data}/cloudwright-made ]`,
      script: [
        'set -e',
        'map=$(mktemp)',
        `monmaptool --create --clobber --fsid ${plain(cloud.secrets.ceph_fsid)} --enable-all-features --set-min-mon-release reef ${members} "$map" >/dev/null`,
        'chown ceph: "$map"',
        `rm -rf ${data} && install -d -o ceph -g ceph ${data}`,
        `runuser -u ceph -- ceph-mon --mkfs -i ${host.name} --monmap "$map" --keyring /var/lib/cloudwright/ceph/mon.keyring`,
        `rm -f "$map"`,
        `runuser -u ceph -- touch ${data}/cloudwright-made`,
      ].join('\n'),
      limitSeconds: 60,
    },
    { after: [keyring, configuration] },
  );
  // The user of the daemon must be able to pass through to its keyring.
  const folder = directory(host.name, '/var/lib/cloudwright/ceph', {
    owner: 'root',
    group: 'ceph',
    mode: '0750',
  });
  const monitor = service(host.name, `ceph-mon@${host.name}`, { watches: [configuration], after: [make] });
  return [folder, { ...keyring, after: [folder.id] }, bootstrap, make, monitor];
}

function managerResources(cloud: Cloud, host: Host, after: readonly string[]): readonly Resource[] {
  // Debian 13's bcrypt refuses to load in the manager's subinterpreters, and every manager module imports it
  // through mgr_util; only password hashing for the dashboard would use it. This one is found first.
  const shim = file(
    host.name,
    '/usr/share/ceph/mgr/bcrypt.py',
    `# Managed by Cloudwright: the compiled bcrypt cannot be loaded inside ceph-mgr's subinterpreters.


def gensalt(*_arguments, **_options):
    raise RuntimeError("bcrypt is not available inside ceph-mgr")


hashpw = checkpw = gensalt
`,
  );
  const data = `/var/lib/ceph/mgr/ceph-${host.name}`;
  const monitors = hostsWith(cloud, 'mon').map(
    (monitor) => `${monitor.name}/service:ceph-mon@${monitor.name}`,
  );
  const key = command(
    host.name,
    'ceph-manager-key',
    {
      doing: 'give the manager its key',
      unless: `[ -s ${data}/keyring ]`,
      script: [
        'set -e',
        `install -d -o ceph -g ceph ${data}`,
        `ceph --connect-timeout 30 auth get-or-create mgr.${host.name} mon 'allow profile mgr' osd 'allow *' mds 'allow *' -o ${data}/keyring.new`,
        `chown ceph: ${data}/keyring.new && chmod 0600 ${data}/keyring.new && mv ${data}/keyring.new ${data}/keyring`,
      ].join('\n'),
      limitSeconds: 60,
    },
    { after: [...after, ...monitors] },
  );
  return [shim, key, service(host.name, `ceph-mgr@${host.name}`, { watches: [shim], after: [key] })];
}

function poolResources(cloud: Cloud): readonly Resource[] {
  const first = hostsWith(cloud, 'mon')[0];
  if (!first) return [];
  const daemons = hostsWith(cloud, 'osd').map((host) => `${host.name}/command:ceph-osds`);
  const pools = poolsOf(cloud);
  const confirm = cloud.ceph.poolSize === 1 ? ' --yes-i-really-mean-it' : '';
  const make = command(
    first.name,
    'ceph-pools',
    {
      doing: `make the pools ${pools.join(', ')}`,
      // The markers first: a cluster without a monitor lets every question wait.
      unless: [
        `for pool in ${pools.join(' ')}; do [ -e /var/lib/cloudwright/ceph/pool-$pool ] || exit 1; done`,
        'made=$(timeout 10 rados lspools) || exit 1',
        `for pool in ${pools.join(' ')}; do printf '%s\\n' "$made" | grep -qx "$pool" || exit 1; done`,
      ].join('\n'),
      script: [
        'set -e',
        `for pool in ${pools.join(' ')}; do`,
        `  ceph osd pool create "$pool" ${cloud.ceph.pgNum}`,
        `  ceph osd pool set "$pool" size ${cloud.ceph.poolSize}${confirm}`,
        `  ceph osd pool set "$pool" min_size ${cloud.ceph.poolMinSize}`,
        '  ceph osd pool application enable "$pool" rbd',
        '  : > "/var/lib/cloudwright/ceph/pool-$pool"',
        'done',
      ].join('\n'),
      limitSeconds: 120,
    },
    { after: daemons },
  );
  const keys = cephClients(cloud).map((client) => {
    const path = `/var/lib/cloudwright/ceph/client.${client.id}.keyring`;
    const keyring = file(first.name, path, clientKeyring(cloud, client), { mode: '0600' });
    const grant = command(
      first.name,
      `ceph-key-${client.id}`,
      {
        doing: `give client.${client.id} its key and rights`,
        unless: `[ -e /var/lib/cloudwright/ceph/pool-${pools[0]} ] && timeout 10 rados --id ${client.id} --keyring ${path} lspools >/dev/null`,
        script: text`ceph auth import -i ${path}`,
        limitSeconds: 30,
      },
      { after: [make], watches: [keyring] },
    );
    return [keyring, grant];
  });
  return [make, ...keys.flat()];
}
