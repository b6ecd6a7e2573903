import type { Cloud, Host } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { cephHosts, hostsWith, storageAddress, usesCeph } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { pathOf, type Platform, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { command, directory, file, MANAGED, service, STATE_DIRECTORY } from '../resources/index.ts';
import { plain } from '../secrets/confidential.ts';
import { poolApplications } from './ceph/applications.ts';
import { cephChecks } from './ceph/checks.ts';
import { type CephUser, clientKeys } from './ceph/clients.ts';
import { cephConfiguration } from './ceph/configuration.ts';
import { adminKeyring, bootstrapKeyring, monitorKeyring } from './ceph/keyrings.ts';
import { osdResources } from './ceph/osd.ts';
import { poolResources } from './ceph/pools.ts';

/** What the services want of Ceph. */
export interface CephUse {
  users(cloud: Cloud): readonly CephUser[];
  pools(cloud: Cloud): readonly string[];
}

/** Ceph: monitors, managers, OSDs; pools and least-right keys for the services. */
export function ceph(use: CephUse): Step<Cloud> {
  return {
    name: 'ceph',
    title: 'Ceph storage',
    needs: [],
    applies: usesCeph,
    packages: (context, name) => packagesOn(context, name),
    resources: (context) => {
      const { cloud } = context;
      const monitor = reached(context, hostsWith(cloud, 'mon'))[0];
      const pools = monitor ? poolResources(cloud, monitor, use.pools(cloud)) : [];
      return [
        ...reached(context, cloud.hosts).map((host) => configurationFile(context, host)),
        ...reached(context, cephHosts(cloud)).flatMap((host) => daemonResources(context, host)),
        ...pools,
        ...(monitor ? clientKeys(monitor, use.users(cloud), pools) : []),
        ...(monitor ? poolApplications(monitor, pools) : []),
      ];
    },
    checks: (context) => cephChecks(context, use.pools(context.cloud)),
  };
}

function packagesOn({ cloud, facts }: StepContext<Cloud>, name: string): readonly string[] {
  const host = cloud.hosts.find((candidate) => candidate.name === name);
  if (!host) return [];
  const { components } = platformOf(cloud.release, factsOf(facts, name));
  return [
    ...(host.roles.has('mon') ? components['ceph-mon'].packages : []),
    ...(host.roles.has('mgr') ? components['ceph-mgr'].packages : []),
    ...(host.roles.has('osd') ? components['ceph-osd'].packages : []),
    ...components.ceph.packages,
  ];
}

function componentsOn({ cloud, facts }: StepContext<Cloud>, host: Host): Platform['components'] {
  return platformOf(cloud.release, factsOf(facts, host.name)).components;
}

/** Any host may run a Ceph client: control hosts run Glance and Cinder, compute hosts run QEMU. */
function configurationFile(context: StepContext<Cloud>, host: Host): Resource {
  const path = pathOf(componentsOn(context, host).ceph, 'configuration');
  return file(host.name, path, cephConfiguration(context.cloud));
}

function daemonResources(context: StepContext<Cloud>, host: Host): readonly Resource[] {
  const { cloud } = context;
  const components = componentsOn(context, host);
  const keyrings = pathOf(components.ceph, 'keyrings');
  const admin = file(host.name, `${keyrings}/ceph.client.admin.keyring`, adminKeyring(cloud), {
    mode: '0600',
  });
  const configuration = `${host.name}/file:${pathOf(components.ceph, 'configuration')}`;
  return [
    admin,
    ...(host.roles.has('mon') ? monitorResources(cloud, host, components, configuration) : []),
    ...(host.roles.has('mgr') ? managerResources(context, host, components, [admin.id, configuration]) : []),
    ...(host.roles.has('osd') ? osdResources(context, host, components, configuration) : []),
  ];
}

function monitorResources(
  cloud: Cloud,
  host: Host,
  components: Platform['components'],
  configuration: string,
): readonly Resource[] {
  const owned = { owner: components.ceph.user ?? 'root', group: components.ceph.group ?? 'root' };
  const folderPath = `${STATE_DIRECTORY}/ceph`;
  // The user of the daemon must be able to pass through to its keyring.
  const folder = directory(host.name, folderPath, { owner: 'root', group: owned.group, mode: '0750' });
  const keyring = file(host.name, `${folderPath}/mon.keyring`, monitorKeyring(cloud), {
    ...owned,
    mode: '0600',
    after: [folder],
  });
  const bootstrap = file(
    host.name,
    `${pathOf(components.ceph, 'data')}/bootstrap-osd/ceph.keyring`,
    bootstrapKeyring(cloud),
    { ...owned, mode: '0600' },
  );
  const members = hostsWith(cloud, 'mon')
    .map(
      (monitor) =>
        `--addv ${monitor.name} '[v2:${storageAddress(monitor)}:3300,v1:${storageAddress(monitor)}:6789]'`,
    )
    .join(' ');
  const data = `${pathOf(components['ceph-mon'], 'data')}/ceph-${host.name}`;
  const make = command(
    host.name,
    'ceph-monitor',
    {
      doing: 'create the monitor’s store',
      // Written last: a store whose creation was cut has no marker and is created again.
      unless: `[ -e ${data}/cloudwright-made ]`,
      script: [
        'set -e',
        'map=$(mktemp)',
        `monmaptool --create --clobber --fsid ${plain(cloud.secrets.ceph_fsid)} --enable-all-features --set-min-mon-release reef ${members} "$map" >/dev/null`,
        `chown ${owned.owner}: "$map"`,
        `rm -rf ${data} && install -d -o ${owned.owner} -g ${owned.group} ${data}`,
        `runuser -u ${owned.owner} -- ceph-mon --mkfs -i ${host.name} --monmap "$map" --keyring ${folderPath}/mon.keyring`,
        `rm -f "$map"`,
        `runuser -u ${owned.owner} -- touch ${data}/cloudwright-made`,
      ].join('\n'),
      limitSeconds: 60,
    },
    { after: [keyring, configuration] },
  );
  const monitor = service(host.name, `${unitOf(components['ceph-mon'], 'server')}${host.name}`, {
    watches: [configuration],
    after: [make],
    turn: { group: 'ceph-mon' },
  });
  return [folder, keyring, bootstrap, make, monitor];
}

function managerResources(
  context: StepContext<Cloud>,
  host: Host,
  components: Platform['components'],
  after: readonly string[],
): readonly Resource[] {
  const manager = components['ceph-mgr'];
  const { shim } = manager.paths;
  // A known bug of a platform's package: the table says which file stands in for what cannot be loaded.
  const files =
    shim === undefined
      ? []
      : [file(host.name, shim, `# ${MANAGED}\n${manager.shim ?? ''}`)];
  const owner = components.ceph.user ?? 'root';
  const group = components.ceph.group ?? 'root';
  const data = `${pathOf(manager, 'data')}/ceph-${host.name}`;
  const key = command(
    host.name,
    'ceph-manager-key',
    {
      doing: 'give the manager its key',
      unless: `[ -s ${data}/keyring ]`,
      script: [
        'set -e',
        `install -d -o ${owner} -g ${group} ${data}`,
        `ceph --connect-timeout 30 auth get-or-create mgr.${host.name} mon 'allow profile mgr' osd 'allow *' mds 'allow *' -o ${data}/keyring.new`,
        `chown ${owner}: ${data}/keyring.new && chmod 0600 ${data}/keyring.new && mv ${data}/keyring.new ${data}/keyring`,
      ].join('\n'),
      limitSeconds: 60,
    },
    { after: [...after, ...monitorIds(context)] },
  );
  const server = service(host.name, `${unitOf(manager, 'server')}${host.name}`, {
    watches: files,
    after: [key],
    turn: { group: 'ceph-mgr' },
  });
  return [...files, key, server];
}

/** The monitors that were reached: what asks the cluster comes after them. */
export function monitorIds(context: StepContext<Cloud>): readonly string[] {
  return reached(context, hostsWith(context.cloud, 'mon')).map((host) => {
    const unit = unitOf(componentsOn(context, host)['ceph-mon'], 'server');
    return `${host.name}/service:${unit}${host.name}`;
  });
}
