import type { Cloud, Host } from '../cloud/cloud.ts';
import type { Listener } from '../cloud/listeners.ts';
import { ports } from '../cloud/ports.ts';
import {
  cephHosts,
  chassisHosts,
  controlHosts,
  hostsWith,
  messagingClients,
  usesCeph,
} from '../cloud/topology.ts';
import { STREAM_PORTS } from './messaging/files.ts';

const everyHost = (cloud: Cloud): readonly Host[] => cloud.hosts;
const computeHosts = (cloud: Cloud): readonly Host[] => hostsWith(cloud, 'compute');
const monitors = (cloud: Cloud): readonly Host[] => (usesCeph(cloud) ? hostsWith(cloud, 'mon') : []);
const cephDaemons = (cloud: Cloud): readonly Host[] => (usesCeph(cloud) ? cephHosts(cloud) : []);

/** A listener in the management network. */
function management(
  title: string,
  numbers: readonly (number | string)[],
  on: Listener['on'],
  from: Listener['from'],
  protocol: Listener['protocol'] = 'tcp',
): Listener {
  return { title, protocol, ports: numbers.map(String), on, network: 'management', from };
}

/** What OpenStack is built on. The services' own listeners follow from their definitions. */
export const infrastructureListeners: readonly Listener[] = [
  management('time', [123], controlHosts, 'network', 'udp'),
  management('virtual addresses', [], controlHosts, controlHosts, 'vrrp'),
  {
    title: 'virtual addresses',
    protocol: 'vrrp',
    ports: [],
    on: controlHosts,
    network: 'service',
    from: controlHosts,
  },
  { ...management('statistics of haproxy', [ports.statistics], controlHosts, 'network'), virtual: true },
  management('database', [ports.database], controlHosts, controlHosts),
  management('health of the database', [ports.databaseHealth], controlHosts, controlHosts),
  // Replication, incremental and whole state transfer.
  management('Galera', [4567, 4568, 4444], controlHosts, controlHosts),
  management('Galera', [4567], controlHosts, controlHosts, 'udp'),
  management('message broker', [ports.messaging], controlHosts, messagingClients),
  // The port mapper, the distribution port of the nodes, and the replication of streams.
  management(
    'members of the message broker',
    [4369, ports.messagingMembers, `${STREAM_PORTS.first}-${STREAM_PORTS.last}`],
    controlHosts,
    controlHosts,
  ),
  management('memcached', [ports.cache], controlHosts, controlHosts),
  management('OVN northbound database', [ports.ovnNorthbound], controlHosts, controlHosts),
  // With the rights of a chassis, and with all rights.
  management('OVN southbound database', [ports.ovnSouthbound], controlHosts, chassisHosts),
  management('OVN southbound database', [ports.ovnSouthboundControl], controlHosts, controlHosts),
  management('members of the OVN databases', ['6643-6644'], controlHosts, controlHosts),
  {
    title: 'Geneve tunnels',
    protocol: 'udp',
    ports: ['6081'],
    on: chassisHosts,
    network: 'overlay',
    from: chassisHosts,
    // Each flow in a tunnel has a source port of its own: under load they would fill the table of connections.
    untracked: true,
  },
  management('consoles of instances', ['5900-6899'], computeHosts, controlHosts),
  management('moving instances', ['49152-49215'], computeHosts, computeHosts),
  {
    title: 'Ceph monitors',
    protocol: 'tcp',
    ports: ['3300', '6789'],
    on: monitors,
    network: 'storage',
    from: everyHost,
  },
  // OSDs, managers and the gateways' own messengers.
  {
    title: 'Ceph daemons',
    protocol: 'tcp',
    ports: ['6800-7568'],
    on: cephDaemons,
    network: 'storage',
    from: everyHost,
  },
];
