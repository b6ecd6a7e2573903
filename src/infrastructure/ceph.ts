import type { Cloud, Host } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { cephHosts, hostsWith, storageAddress, usesCeph } from '../cloud/topology.ts';
import { clusterResource, type Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { type Platform, pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { directory, file, MANAGED, STATE_DIRECTORY, service } from '../resources/index.ts';
import { plain } from '../secrets/confidential.ts';
import { managerPoolApplication } from './ceph/applications.ts';
import { cephChecks, quorumCheck } from './ceph/checks.ts';
import { type CephUser, clientKeys } from './ceph/clients.ts';
import { cephConfiguration } from './ceph/configuration.ts';
import { daemonKey } from './ceph/daemonKey.ts';
import { adminKeyring, bootstrapKeyring, monitorKeyring } from './ceph/keyrings.ts';
import { monitorKind } from './ceph/kind.ts';
import { osdResources } from './ceph/osd.ts';
import { memoryTarget, poolResources } from './ceph/pools.ts';

/** What the services want of Ceph. */
export interface CephUse {
  /** Where the object gateway asks about its callers; undefined without one. */
  identity(cloud: Cloud): string | undefined;
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
      const monitors = monitorCluster(context);
      const daemons = reached(context, cephHosts(cloud)).flatMap((host) =>
        daemonResources(context, host, monitors),
      );
      const osds = daemons.map(({ id }) => id).filter((id) => id.endsWith('/command:ceph-osds'));
      const pools = monitor ? poolResources(cloud, monitor, use.pools(cloud), osds) : [];
      return [
        ...reached(context, cloud.hosts).map((host) => configurationFile(context, host, use)),
        ...monitors,
        ...daemons,
        ...pools,
        ...(monitor ? [memoryTarget(cloud, monitor, osds)] : []),
        ...(monitor ? clientKeys(monitor, use.users(cloud), pools) : []),
        ...(monitor ? [managerPoolApplication(monitor, [...daemons, ...pools])] : []),
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
function configurationFile(context: StepContext<Cloud>, host: Host, use: CephUse): Resource {
  const components = componentsOn(context, host);
  const url = use.identity(context.cloud);
  const identity = url === undefined ? undefined : { url, data: pathOf(components['ceph-rgw'], 'data') };
  return file(
    host.name,
    pathOf(components.ceph, 'configuration'),
    cephConfiguration(context.cloud, identity),
  );
}

/** The monitors, formed and joined by what all of them say; then each host's own, restarted one after another. */
function monitorCluster(context: StepContext<Cloud>): readonly Resource[] {
  const { cloud } = context;
  const monitors = hostsWith(cloud, 'mon');
  const hosts = reached(context, monitors);
  const [first] = hosts;
  if (!first) return [];
  const files = new Map(hosts.map((host) => [host.name, monitorFiles(context, host)]));
  const components = componentsOn(context, first);
  const cluster = clusterResource(
    monitorKind,
    monitors.map((host) => host.name),
    'monitors',
    {
      fsid: plain(cloud.secrets.ceph_fsid),
      members: monitors.map((host) => ({ host: host.name, address: storageAddress(host) })),
      wish: 'converge',
      keyring: monitorKeyring(cloud),
      platform: {
        unit: unitOf(components['ceph-mon'], 'server').replace(/@$/, ''),
        data: pathOf(components['ceph-mon'], 'data'),
        sockets: pathOf(components['ceph-mon'], 'sockets'),
        user: components.ceph.user ?? 'root',
        stamps: `${STATE_DIRECTORY}/started`,
      },
    },
    {
      after: [...[...files.values()].flat(), ...hosts.map((host) => configurationId(context, host))],
    },
  );
  const services = hosts.map((host) =>
    service(host.name, `${unitOf(componentsOn(context, host)['ceph-mon'], 'server')}${host.name}`, {
      watches: [configurationId(context, host)],
      after: [cluster],
      turn: { group: 'ceph-mon', gate: quorumCheck(host) },
      // A monitor leaves the cluster's map before it is stopped.
      keep: true,
    }),
  );
  return [...[...files.values()].flat(), cluster, ...services];
}

function configurationId(context: StepContext<Cloud>, host: Host): string {
  return `${host.name}/file:${pathOf(componentsOn(context, host).ceph, 'configuration')}`;
}

function daemonResources(
  context: StepContext<Cloud>,
  host: Host,
  monitors: readonly Resource[],
): readonly Resource[] {
  const { cloud } = context;
  const serving = monitors.map(({ id }) => id).filter((id) => id.includes('/service:'));
  const components = componentsOn(context, host);
  const after = [configurationId(context, host), ...serving];
  return [
    ...(host.roles.has('mgr') ? managerResources(cloud, host, components, after) : []),
    ...(host.roles.has('osd') ? osdResources(cloud, host, components, after) : []),
  ];
}

function monitorFiles(context: StepContext<Cloud>, host: Host): readonly Resource[] {
  const { cloud } = context;
  const components = componentsOn(context, host);
  const owned = { owner: components.ceph.user ?? 'root', group: components.ceph.group ?? 'root' };
  const folderPath = `${STATE_DIRECTORY}/ceph`;
  const folder = directory(host.name, folderPath, { mode: '0700' });
  const bootstrap = file(
    host.name,
    `${pathOf(components.ceph, 'data')}/bootstrap-osd/ceph.keyring`,
    bootstrapKeyring(cloud),
    { ...owned, mode: '0600' },
  );
  // On the monitors' hosts alone. Other hosts get the key for the moment in which they need it.
  const admin = file(
    host.name,
    `${pathOf(components.ceph, 'keyrings')}/ceph.client.admin.keyring`,
    adminKeyring(cloud),
    { mode: '0600' },
  );
  return [folder, bootstrap, admin];
}

function managerResources(
  cloud: Cloud,
  host: Host,
  components: Platform['components'],
  after: readonly string[],
): readonly Resource[] {
  const manager = components['ceph-mgr'];
  const { shim } = manager.paths;
  // A known bug of a platform's package: the table names a file that replaces what cannot be loaded.
  const files = shim === undefined ? [] : [file(host.name, shim, `# ${MANAGED}\n${manager.shim ?? ''}`)];
  const owner = components.ceph.user ?? 'root';
  const group = components.ceph.group ?? 'root';
  const data = `${pathOf(manager, 'data')}/ceph-${host.name}`;
  const folder = directory(host.name, data, { owner, group, mode: '0750' });
  const key = daemonKey(
    cloud,
    host,
    {
      name: 'ceph-manager-key',
      doing: 'give the manager its key',
      entity: `mgr.${host.name}`,
      rights: ['mon', 'allow profile mgr', 'osd', 'allow *', 'mds', 'allow *'],
      keyring: `${data}/keyring`,
      user: owner,
    },
    { after: [folder, ...after] },
  );
  const server = service(host.name, `${unitOf(manager, 'server')}${host.name}`, {
    watches: files,
    after: [key],
    turn: { group: 'ceph-mgr' },
    keep: true,
  });
  return [...files, folder, key, server];
}
