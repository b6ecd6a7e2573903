import { networkAgentsCheck } from '../checks/index.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { chassisHosts, controlHosts, gatewayHosts, isControl } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { file, service } from '../resources/index.ts';
import { chassisResources } from './network/chassis.ts';
import {
  metadataAgentConfiguration,
  ml2Configuration,
  neutronConfiguration,
} from './network/configuration.ts';
import { ovnCentralResources } from './network/ovn.ts';
import { endpoints } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { registration } from './shared/registration.ts';
import { schemaOnce } from './shared/schema.ts';
import { sqlAccount } from './shared/sql.ts';
import { steadyUnit } from './shared/units.ts';
import { wsgiService } from './shared/wsgi.ts';
import type { Step, StepContext } from './step.ts';

/** Neutron with ML2/OVN: kernel datapath where the hosts have the module, userspace otherwise (D2). */
export const network: Step = {
  name: 'network',
  title: 'Networking (Neutron, OVN)',
  needs: ['identity', 'messaging'],
  packages: ({ cloud }, name) => [
    ...(isControl(cloud, name)
      ? [
          'neutron-api',
          'neutron-rpc-server',
          'neutron-periodic-workers',
          'neutron-ovn-maintenance-worker',
          'ovn-central',
        ]
      : []),
    ...(chassisHosts(cloud).some((host) => host.name === name)
      ? ['openvswitch-switch', 'ovn-host', 'neutron-ovn-metadata-agent', 'haproxy', 'ethtool']
      : []),
  ],
  resources: (context) => [
    ...sqlAccount(context.cloud, 'neutron', ['neutron']),
    ...registration(context.cloud, 'neutron', [endpoints.network]),
    ...controlHosts(context.cloud).flatMap((host) => ovnCentralResources(context.cloud, host)),
    ...chassisHosts(context.cloud).flatMap((host) => chassisResources(context, host)),
    ...controlHosts(context.cloud).flatMap((host) => serverResources(context, host)),
    ...chassisHosts(context.cloud).flatMap((host) => metadataResources(context.cloud, host)),
  ],
  checks: ({ cloud }) => [
    networkAgentsCheck({
      chassis: chassisHosts(cloud).map((host) => host.name),
      gateways: gatewayHosts(cloud).map((host) => host.name),
    }),
  ],
};

const serverUnits = [
  'neutron-rpc-server',
  'neutron-periodic-workers',
  'neutron-ovn-maintenance-worker',
] as const;

function serverResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const owned = { group: 'neutron', mode: '0640' };
  const neutron = file(host.name, '/etc/neutron/neutron.conf', neutronConfiguration(cloud, host), owned);
  const ml2 = file(host.name, '/etc/neutron/plugins/ml2/ml2_conf.ini', ml2Configuration(cloud), owned);
  const tables = schemaOnce(cloud, host, 'neutron', {
    package: 'neutron-common',
    script:
      'run neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini upgrade heads',
    after: [neutron, ml2],
  });
  // The API waits for both OVN databases at its start; without them its first workers die.
  const ready = controlHosts(cloud).map((control) => `${control.name}/command:ovn-databases`);
  const api = wsgiService(host.name, {
    unit: 'neutron-api',
    user: 'neutron',
    script: '/usr/bin/neutron-api',
    address: host.addresses.management,
    port: endpoints.network.port,
    facts: factsOf(facts, host.name),
    logFile: '/var/log/neutron/neutron-api.log',
    scriptArguments:
      '--config-dir=/etc/neutron/server.conf.d --config-file=/etc/neutron/neutron.conf --config-file=/etc/neutron/plugins/ml2/ml2_conf.ini',
    // Neutron tells the members of its OVN hash ring apart by the server's start time.
    extra: { 'start-time': '%t', 'add-header': 'Connection: close' },
    startAfter: ['mariadb.service', 'memcached.service', 'rabbitmq-server.service', 'ovn-central.service'],
    watches: [neutron, ml2],
    after: [...tables, ...ready],
  });
  const daemons = serverUnits.flatMap((unit) => {
    const dropIn = steadyUnit(host.name, unit, [
      'mariadb.service',
      'rabbitmq-server.service',
      'ovn-central.service',
    ]);
    return [
      dropIn,
      service(host.name, unit, { watches: [neutron, ml2, dropIn], after: [...tables, ...ready] }),
    ];
  });
  return [neutron, ml2, ...tables, ...api, ...daemons];
}

function metadataResources(cloud: Cloud, host: Host): readonly Resource[] {
  const isControl = host.roles.has('control');
  const owned = { group: 'neutron', mode: '0640' };
  const neutron = isControl
    ? []
    : [file(host.name, '/etc/neutron/neutron.conf', neutronConfiguration(cloud, host), owned)];
  const agent = file(
    host.name,
    '/etc/neutron/neutron_ovn_metadata_agent.ini',
    metadataAgentConfiguration(cloud),
    owned,
  );
  const dropIn = steadyUnit(host.name, 'neutron-ovn-metadata-agent', [
    'cloudwright-chassis.service',
    'ovn-controller.service',
  ]);
  return [
    ...neutron,
    agent,
    dropIn,
    service(host.name, 'neutron-ovn-metadata-agent', {
      watches: [`${host.name}/file:/etc/neutron/neutron.conf`, agent, dropIn],
      after: [`${host.name}/service:ovn-controller`],
    }),
  ];
}
