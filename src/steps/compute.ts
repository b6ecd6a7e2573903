import { computeServicesCheck, placementCheck } from '../checks/index.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { controlHosts, firstControl, hostsWith, isControl, usesCeph } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import { file, service } from '../resources/index.ts';
import { cells } from './compute/cells.ts';
import { novaConfiguration, usesKvm } from './compute/configuration.ts';
import { hypervisorResources } from './compute/hypervisor.ts';
import { endpoints, ports } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { registration } from './shared/registration.ts';
import { sqlAccount } from './shared/sql.ts';
import { steadyUnit } from './shared/units.ts';
import { wsgiService } from './shared/wsgi.ts';
import type { Step, StepContext } from './step.ts';

/** Nova: cells, API, metadata, scheduler, conductor, console; libvirt and nova-compute on the compute hosts (D1). */
export const compute: Step = {
  name: 'compute',
  title: 'Compute (Nova)',
  // Placement, because Nova's daemons end without it. Images and networks are asked for by instances alone, which
  // come after all steps; waiting for those steps would leave cores idle.
  needs: ['placement', 'messaging', 'ceph'],
  packages: (context, name) => [
    ...(isControl(context.cloud, name)
      ? ['nova-api', 'nova-conductor', 'nova-scheduler', 'nova-consoleproxy']
      : []),
    ...(hostsWith(context.cloud, 'compute').some((host) => host.name === name)
      ? [
          'nova-compute',
          'nova-compute-kvm',
          'qemu-utils',
          ...(usesCeph(context.cloud) ? ['qemu-block-extra', 'python3-rbd'] : []),
        ]
      : []),
  ],
  resources: (context) => [
    ...sqlAccount(context.cloud, 'nova', ['nova_api', 'nova', 'nova_cell0']),
    ...registration(context.cloud, 'nova', [endpoints.compute]),
    ...controlHosts(context.cloud).flatMap((host) => controlResources(context, host)),
    ...hostsWith(context.cloud, 'compute').flatMap((host) => hypervisorResources(context, host)),
  ],
  checks: (context) => {
    const { cloud } = context;
    const computes = hostsWith(cloud, 'compute').map((host) => host.name);
    return [
      computeServicesCheck({
        control: controlHosts(cloud).map((host) => host.name),
        compute: computes,
      }),
      placementCheck(computes),
      mappedCheck(cloud),
      consoleCheck(cloud),
      ...hostsWith(cloud, 'compute').map((host) => virtualizationCheck(context, host)),
    ];
  },
};

function controlResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const own = factsOf(facts, host.name);
  const nova = file(host.name, '/etc/nova/nova.conf', novaConfiguration(cloud, host, own), {
    group: 'nova',
    mode: '0640',
  });
  const schemas = host === firstControl(cloud) ? cells(cloud, host, [nova]) : [];
  const wsgi = (unit: string, script: string, port: number) =>
    wsgiService(host.name, {
      unit,
      user: 'nova',
      script,
      address: host.addresses.management,
      port,
      facts: own,
      logFile: `/var/log/nova/${unit}.log`,
      startAfter: [
        'mariadb.service',
        'memcached.service',
        'rabbitmq-server.service',
        'placement-api.service',
      ],
      watches: [nova],
      after: schemas,
    });
  const consoleProxy = file(
    host.name,
    '/etc/default/nova-consoleproxy',
    '# Managed by Cloudwright.\nNOVA_CONSOLE_PROXY_TYPE=novnc\nNOVA_SERIAL_PROXY_START=false\n',
  );
  const daemon = (unit: string, after: readonly (Resource | string)[], watches: readonly Resource[] = []) => {
    const dropIn = steadyUnit(host.name, unit, [
      'mariadb.service',
      'rabbitmq-server.service',
      'placement-api.service',
    ]);
    return [
      dropIn,
      service(host.name, unit, { watches: [nova, dropIn, ...watches], after: [...schemas, ...after] }),
    ];
  };
  return [
    nova,
    ...schemas,
    ...wsgi('nova-api', '/usr/bin/nova-api-wsgi', endpoints.compute.port),
    ...wsgi('nova-api-metadata', '/usr/bin/nova-metadata-wsgi', ports.metadata),
    ...daemon('nova-conductor', []),
    ...daemon('nova-scheduler', [`${host.name}/service:nova-conductor`]),
    consoleProxy,
    ...daemon('nova-novncproxy', [], [consoleProxy]),
    ...['nova-spicehtml5proxy', 'nova-serialproxy'].map((unit) =>
      service(host.name, unit, { enabled: false, running: false }),
    ),
  ];
}

function mappedCheck(cloud: Cloud): ShellCheck {
  const wanted = hostsWith(cloud, 'compute').map((host) => host.name);
  return {
    via: 'shell',
    id: 'cell-mapping',
    title: 'every compute host is mapped to a cell',
    host: firstControl(cloud).name,
    limitSeconds: 60,
    script: 'mariadb -N -B -e "select host from nova_api.host_mappings"',
    judge: ({ stdout }) => {
      const mapped = new Set(stdout.split('\n'));
      const missing = wanted.filter((name) => !mapped.has(name));
      return missing.length === 0
        ? { ok: true, sentence: `${wanted.length} compute hosts are mapped` }
        : { ok: false, sentence: `the scheduler has not mapped ${missing.join(', ')} yet` };
    },
  };
}

function consoleCheck(cloud: Cloud): ShellCheck {
  const address = cloud.networks.management.vip;
  return {
    via: 'shell',
    id: 'console',
    title: 'the console page answers over TLS through the VIP',
    host: firstControl(cloud).name,
    limitSeconds: 60,
    // The certificate is the deployment's own; that it is served at all is the question here.
    script: `curl -s -k -m 5 -o /dev/null -w '%{http_code}' https://${address}:${ports.console}/vnc_auto.html`,
    judge: ({ stdout }) =>
      stdout === '200'
        ? { ok: true, sentence: `https://${address}:${ports.console} serves the console page` }
        : { ok: false, sentence: `the console page answers ${stdout || 'nothing'}` },
  };
}

function virtualizationCheck({ cloud, facts }: StepContext, host: Host): ShellCheck {
  const kvm = usesKvm(cloud, factsOf(facts, host.name));
  return {
    via: 'shell',
    id: `hypervisor-${host.name}`,
    title: `libvirt can start ${kvm ? 'KVM' : 'QEMU'} instances`,
    host: host.name,
    limitSeconds: 30,
    script: `virsh -q -c qemu:///system domcapabilities --virttype ${kvm ? 'kvm' : 'qemu'} | grep -m1 '<path>'`,
    judge: ({ stdout, stderr }) =>
      stdout.includes('<path>')
        ? { ok: true, sentence: `libvirt offers ${kvm ? 'kvm' : 'qemu'}` }
        : { ok: false, sentence: `libvirt does not offer ${kvm ? 'kvm' : 'qemu'}`, evidence: stderr },
  };
}
