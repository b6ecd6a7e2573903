import { certificatePaths } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { ports } from '../../cloud/ports.ts';
import { factsOf } from '../../cloud/reached.ts';
import { controlHosts } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import type { StepContext } from '../../engine/step.ts';
import { type Component, pathOf, unitOf } from '../../platform/platform.ts';
import { file, MANAGED, service } from '../../resources/index.ts';
import { certificateResources } from '../certificates.ts';
import { memoryShare } from '../memory.ts';

/** Where members receive the copies of streams. The package's own range is also that of consoles. */
export const STREAM_PORTS = { first: 25_673, last: 26_172 } as const;

/** What the broker of a host reads. */
export function brokerFiles(
  { cloud, facts }: StepContext<Cloud>,
  host: Host,
  component: Component,
): readonly Resource[] {
  const memoryMiB = memoryShare(factsOf(facts, host.name), 0.1, 512, 8192);
  const several = controlHosts(cloud).length > 1;
  const address = host.addresses.management;
  const distribution = pathOf(component, 'distribution');
  const cookie = file(host.name, pathOf(component, 'cookie'), cloud.secrets.messaging_cookie, {
    owner: component.user ?? 'root',
    group: component.group ?? 'root',
    mode: '0400',
  });
  const limits = file(
    host.name,
    `/etc/systemd/system/${unitOf(component, 'server')}.service.d/cloudwright.conf`,
    '[Service]\nLimitNOFILE=65536\nRestart=on-failure\n',
  );
  return [
    ...certificateResources(cloud, host, 'messaging', { group: component.group }),
    cookie,
    file(
      host.name,
      pathOf(component, 'configuration'),
      brokerConfiguration({ address, several, memoryMiB }),
      { mode: '0644' },
    ),
    file(host.name, distribution, distributionOptions()),
    file(host.name, pathOf(component, 'environment'), brokerEnvironment(address, distribution)),
    limits,
  ];
}

/** rabbitmq.conf: TLS is the only form in which clients are served. */
export function brokerConfiguration(options: {
  readonly address: string;
  readonly several: boolean;
  readonly memoryMiB: number;
}): string {
  const { address, several, memoryMiB } = options;
  const { authority, certificate, key } = certificatePaths('messaging');
  return [
    `# ${MANAGED}`,
    'listeners.tcp = none',
    `listeners.ssl.default = ${address}:${ports.messaging}`,
    `ssl_options.cacertfile = ${authority}`,
    `ssl_options.certfile = ${certificate}`,
    `ssl_options.keyfile = ${key}`,
    'ssl_options.versions.1 = tlsv1.3',
    'ssl_options.versions.2 = tlsv1.2',
    // Clients authenticate with a password. A certificate that one shows anyway must be valid.
    'ssl_options.verify = verify_peer',
    'ssl_options.fail_if_no_peer_cert = false',
    // The package's user has a published password until it is deleted.
    'loopback_users.guest = true',
    // The members' own traffic keeps to the management network.
    `distribution.listener.interface = ${address}`,
    `distribution.listener.port_range.min = ${ports.messagingMembers}`,
    `distribution.listener.port_range.max = ${ports.messagingMembers}`,
    `stream.replication.port_range.min = ${STREAM_PORTS.first}`,
    `stream.replication.port_range.max = ${STREAM_PORTS.last}`,
    ...(several ? ['cluster_partition_handling = pause_minority', 'default_queue_type = quorum'] : []),
    `vm_memory_high_watermark.absolute = ${memoryMiB}MiB`,
    'disk_free_limit.absolute = 1GB',
    // A host that is busy for half a minute is no partition.
    `net_ticktime = ${several ? 30 : 60}`,
    '',
  ].join('\n');
}

/**
 * How members know one another (ssl_dist_optfile of Erlang's ssl): both sides show a certificate of the authority, which
 * only members have. The connecting side compares the other's name with the host part of its node name. The
 * replication of streams takes its options from here too.
 */
export function distributionOptions(): string {
  const { authority, certificate, key } = certificatePaths('messaging');
  const common = [
    `{cacertfile, "${authority}"}`,
    `{certfile, "${certificate}"}`,
    `{keyfile, "${key}"}`,
    '{verify, verify_peer}',
  ].join(', ');
  return `%% ${MANAGED}
[{server, [${common}, {fail_if_no_peer_cert, true}]},
 {client, [${common}]}].
`;
}

/** rabbitmq-env.conf. The command-line tools are members for a moment: they use TLS and listen too. */
export function brokerEnvironment(address: string, distribution: string): string {
  const tls = `-proto_dist inet_tls -ssl_dist_optfile ${distribution}`;
  return [
    // Idle schedulers must not spin: on a shared host that is half a core for nothing.
    `RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none +sbwtdcpu none +sbwtdio none ${tls}"`,
    `CTL_ERL_ARGS="-kernel inet_dist_use_interface {${address.replaceAll('.', ',')}} ${tls}"`,
    '',
  ].join('\n');
}

/**
 * Erlang's port mapper, which systemd starts at the first call of its socket: on the addresses that the members and
 * this host itself use.
 */
export function portMapper(host: Host, component: Component): readonly Resource[] {
  const socket = unitOf(component, 'portMapperSocket');
  const addresses = file(
    host.name,
    `/etc/systemd/system/${socket}.d/cloudwright.conf`,
    `[Socket]
ListenStream=
ListenStream=127.0.0.1:4369
ListenStream=${host.addresses.management}:4369
FreeBind=true
`,
  );
  return [addresses, service(host.name, socket, { watches: [addresses] })];
}
