import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import type { Client } from '../../../src/api/client.ts';
import type { ApiKind, Resource } from '../../../src/engine/resource.ts';
import {
  computeFlavor,
  hostAggregate,
  identityDomain,
  identityProject,
  identityRole,
  identityService,
  identityUser,
  image,
  keypair,
  network,
  port,
  projectQuota,
  roleAssignment,
  router,
  securityGroup,
  subnet,
  volumeType,
} from '../../../src/resources/openstack/index.ts';
import { Confidential } from '../../../src/secrets/confidential.ts';

type Kind = ApiKind<unknown, unknown, Client>;

export const kindOf = (resource: Resource): Kind => resource.kind as Kind;

export async function stateOf(client: Client, resource: Resource): Promise<unknown> {
  const [state] = await kindOf(resource).read(client, [resource.desired]);
  return state;
}

export async function planned(client: Client, resource: Resource) {
  return kindOf(resource).compare(resource.desired, await stateOf(client, resource));
}

/** Changes the cloud as the resource says; gives the plan's sentence. A second look must find it in place. */
export async function apply(client: Client, resource: Resource): Promise<string> {
  const state = await stateOf(client, resource);
  const change = kindOf(resource).compare(resource.desired, state);
  if (!change) return 'in place';
  await kindOf(resource).change(client, resource.desired, state);
  expect(await planned(client, resource), `${resource.id} after: ${change.summary}`).toBeUndefined();
  return change.summary;
}

/** The resource that removes what `resource` made, from its record, as a later run knows it. */
export function absenceOf(resource: Resource): Resource {
  const { removal } = kindOf(resource);
  if (!removal) throw new Error(`${resource.id} has no removal`);
  const record = JSON.parse(JSON.stringify(removal.record(resource.desired))) as Record<string, string>;
  return { ...resource, desired: removal.absence(record) };
}

const NAME = 'cwtest-kinds';
const OUTSIDE = 'cwtest-kinds-outside';
const KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJhqbjSsn9Hc8+0mZfH1ETGuwbbTmLzHRfJ6VLWOBoqT one',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOHa3qNSPgYeTXAI5C6l6TGZ/E0hVBvJk5iUEUiYVHkC two',
] as const;

function content(text: string) {
  const bytes = Buffer.from(text.repeat(1024));
  return {
    length: bytes.length,
    sha512: createHash('sha512').update(bytes).digest('hex'),
    open: () => Readable.from([bytes]),
  };
}

export interface Case {
  readonly first: Resource;
  /** The same object with other properties, and the line of the plan's difference that says so. */
  readonly changed?: readonly [Resource, verb: string, difference: string];
}

const project = { project: NAME };
const url = (at: string) => `http://192.0.2.10:9999/${at}`;

/** In the order in which they are made; removed in the opposite order. */
export function cases(host: string): readonly Case[] {
  const user = {
    name: NAME,
    domain: 'Default',
    password: new Confidential('cwtest first password'),
    markKey: new Confidential('cwtest key of the marks'),
    project: NAME,
    roles: ['member'],
  };
  const service = {
    name: NAME,
    type: NAME,
    region: 'RegionOne',
    endpoints: { public: url('p'), internal: url('i'), admin: url('a') },
  };
  const flavor = { name: NAME, memoryMiB: 64, vcpus: 1, diskGiB: 0, public: false };
  const net = { ...project, name: NAME, mtu: 1300, portSecurity: true };
  const sub = {
    ...project,
    name: NAME,
    network: NAME,
    cidr: '10.99.0.0/24',
    gateway: '10.99.0.1',
    dnsServers: ['192.0.2.53', '192.0.2.54'],
    pools: [{ start: '10.99.0.50', end: '10.99.0.90' }],
    hostRoutes: [{ destination: '198.51.100.0/24', nexthop: '10.99.0.2' }],
  };
  const group = {
    ...project,
    name: NAME,
    description: 'first',
    rules: [
      { direction: 'ingress', protocol: 'tcp', ports: 22, remotePrefix: '0.0.0.0/0' },
      { direction: 'ingress', protocol: 'icmp' },
      { direction: 'ingress', remoteGroup: NAME },
      { direction: 'ingress', ethertype: 'IPv6', protocol: 'udp', ports: [5000, 5010] },
    ] as const,
  };
  const plug = {
    ...project,
    name: NAME,
    network: NAME,
    addresses: [{ subnet: NAME, address: '10.99.0.60' }],
    securityGroups: [NAME],
    deviceOwner: 'cwtest:plug',
    host,
  };
  const outside = { name: OUTSIDE, external: true, shared: false };
  const out = { network: OUTSIDE, snat: true, address: '10.98.0.10' };
  const way = { ...project, name: NAME, subnets: [NAME], gateway: null };
  const picture = {
    ...project,
    name: NAME,
    content: content('first'),
    diskFormat: 'raw',
    visibility: 'private',
    properties: { hw_disk_bus: 'virtio' },
    tags: ['cwtest'],
  } as const;
  return [
    {
      first: identityDomain({ name: NAME, description: 'first' }),
      changed: [
        identityDomain({ name: NAME, description: 'second' }),
        'update',
        '~ description: first -> second',
      ],
    },
    {
      first: identityProject({ name: NAME, domain: 'Default', description: 'first' }),
      changed: [
        identityProject({ name: NAME, domain: 'Default', description: 'second' }),
        'update',
        '~ description: first -> second',
      ],
    },
    { first: identityRole({ name: NAME }) },
    {
      first: identityUser(user),
      changed: [
        identityUser({ ...user, password: new Confidential('cwtest second password') }),
        'update',
        '~ password: set to the one of the vault',
      ],
    },
    { first: roleAssignment({ role: NAME, user: NAME, project: NAME }) },
    {
      first: identityService(service),
      changed: [
        identityService({ ...service, endpoints: { ...service.endpoints, public: url('new') } }),
        'update',
        `~ public endpoint: ${url('p')} -> ${url('new')}`,
      ],
    },
    {
      first: projectQuota({
        ...project,
        compute: { instances: 7 },
        volume: { volumes: 3 },
        network: { port: 77 },
      }),
      changed: [
        projectQuota({
          ...project,
          compute: { instances: 7 },
          volume: { volumes: -1 },
          network: { port: 77 },
        }),
        'update',
        '~ volume volumes: 3 -> -1',
      ],
    },
    {
      first: network(net),
      changed: [network({ ...net, mtu: 1400, portSecurity: false }), 'update', '~ mtu: 1300 -> 1400'],
    },
    {
      first: subnet(sub),
      changed: [
        subnet({ ...sub, gateway: null, dnsServers: ['192.0.2.54', '192.0.2.53'], hostRoutes: [] }),
        'update',
        '~ gateway: 10.99.0.1 -> none',
      ],
    },
    { first: subnet({ ...sub, gateway: '10.99.0.1' }) },
    {
      first: securityGroup(group),
      changed: [
        securityGroup({
          ...group,
          description: 'second',
          rules: [{ direction: 'egress', protocol: 'tcp', ports: 443, remotePrefix: '203.0.113.0/24' }],
          openEgress: false,
        }),
        'update',
        '+ rule egress IPv4 tcp 443 203.0.113.0/24',
      ],
    },
    {
      first: network({ ...net, mtu: 1400, portSecurity: true }),
    },
    {
      first: port(plug),
      changed: [
        port({ ...plug, addresses: [{ subnet: NAME, address: '10.99.0.61' }], securityGroups: [] }),
        'update',
        '- security group cwtest-kinds',
      ],
    },
    { first: network(outside) },
    { first: subnet({ name: OUTSIDE, network: OUTSIDE, cidr: '10.98.0.0/24', dhcp: false }) },
    {
      first: router(way),
      changed: [router({ ...way, gateway: out }), 'update', `~ gateway: none -> ${OUTSIDE}`],
    },
    {
      first: router({ ...way, gateway: { ...out, snat: false } }),
      changed: [router({ ...way, subnets: [] }), 'update', '- interface in subnet cwtest-kinds'],
    },
    {
      first: router({ ...way, gateway: null }),
      changed: [
        router({ ...way, routes: [{ destination: '198.51.100.0/24', nexthop: '10.99.0.60' }] }),
        'update',
        '~ routes: none -> 198.51.100.0/24 via 10.99.0.60',
      ],
    },
    {
      first: computeFlavor({ ...flavor, extraSpecs: { 'hw:cpu_policy': 'shared' } }),
      changed: [
        computeFlavor({ ...flavor, memoryMiB: 128, extraSpecs: { 'hw:mem_page_size': 'small' } }),
        'replace',
        '~ memory (MiB): 64 -> 128',
      ],
    },
    {
      first: keypair({ name: NAME, publicKey: KEYS[0] }),
      changed: [keypair({ name: NAME, publicKey: KEYS[1] }), 'replace', '~ public key'],
    },
    { first: keypair({ name: NAME, user: NAME, publicKey: KEYS[0] }) },
    {
      first: hostAggregate({ name: NAME, hosts: [], metadata: { cwtest: 'first' } }),
      changed: [
        hostAggregate({ name: NAME, hosts: [host], metadata: { cwtest: null, other: 'second' } }),
        'update',
        `+ host ${host}`,
      ],
    },
    {
      first: image(picture),
      changed: [
        image({ ...picture, content: content('other'), properties: { hw_disk_bus: 'scsi' } }),
        'replace',
        '~ content (sha512)',
      ],
    },
    {
      first: volumeType({ name: NAME, extraSpecs: { volume_backend_name: 'ceph' } }),
      changed: [
        volumeType({
          name: NAME,
          description: 'second',
          public: false,
          extraSpecs: { volume_backend_name: 'x' },
        }),
        'update',
        '~ volume_backend_name: ceph -> x',
      ],
    },
  ];
}
