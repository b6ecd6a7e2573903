import type { DescribedCloud } from '../../src/cloud/build.ts';
import {
  authorityNames,
  domainNames,
  hostCredentialNames,
  trustDomains,
} from '../../src/cloud/certificates.ts';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import type { Check } from '../../src/engine/check.ts';
import type { Resource } from '../../src/engine/resource.ts';
import type { Step, StepContext } from '../../src/engine/step.ts';
import type { HostFacts } from '../../src/hosts/connection.ts';
import { Confidential, reveal, type Text } from '../../src/secrets/confidential.ts';
import { steps } from '../../src/steps/index.ts';
import { chainedSecrets, publicChained, singleSecrets } from '../../src/vault/table.ts';

const ALL_IN_ONE = `
cloud: trial
networks:
  management: { interface: eth1, cidr: 192.0.2.0/24, vip: 192.0.2.100 }
  provider: { interface: eth2 }
  overlay: { interface: eth3, cidr: 198.51.100.0/24 }
hosts:
  one: { address: 192.0.2.11, roles: [control, network, compute, storage], devices: ["file:/var/lib/osd0.img:20G"] }
`;

const THREE_CONTROLS = `
cloud: reference
networks:
  service: { interface: eth0, cidr: 203.0.113.0/24, vip: 203.0.113.100 }
  management: { interface: eth1, cidr: 192.0.2.0/24, vip: 192.0.2.100 }
  provider: { interface: eth2 }
  overlay: { interface: eth3, cidr: 198.51.100.0/24 }
  storage: { interface: eth4, cidr: 192.168.24.0/24 }
hosts:
  "control[1:3]": { address: 192.0.2.11, roles: [control, network] }
  "compute[1:2]": { address: 192.0.2.21, roles: [compute] }
  "storage[1:3]": { address: 192.0.2.31, roles: [storage], devices: [/dev/sdb, /dev/sdc] }
ha: { level: vivace, virtual_router_id: 51 }
storage:
  backends: [ceph]
services: { dashboard: true, orchestration: true, key-manager: true, object-store: true }
`;

/** What steps of a cloud are asked with. */
export type CloudContext = StepContext<Cloud>;

/** Each secret's value says whose it is and is found wherever it ends up. Identifiers and certificates are public. */
function fakeSecrets(cloud: DescribedCloud): Cloud['secrets'] {
  const singles = Object.entries(singleSecrets).map(([name, kind]): [string, Text] => [
    name,
    kind.public ? `public-${name}` : new Confidential(`hidden-${name}-`),
  ]);
  const chained = chainedSecrets.map((name): [string, Text] => [
    name,
    publicChained.has(name) ? `public-${name}` : new Confidential(`hidden-${name}-`),
  ]);
  const credentials = domainNames.flatMap((domain) => [
    authorityNames(domain),
    ...trustDomains[domain](cloud).map((host) => hostCredentialNames(domain, host.name)),
  ]);
  const certified = credentials.flatMap(({ key, certificate }): [string, Text][] => [
    [key, new Confidential(`hidden-${key}-`)],
    [certificate, `public-${certificate}`],
  ]);
  return Object.fromEntries([...singles, ...chained, ...certified]) as unknown as Cloud['secrets'];
}

/** What every confidential value of the fakes starts with. */
export const HIDDEN = /hidden-\w+-/;

export function cloudOf(description: string): Cloud {
  const read = parseDescription(description, { file: 'cloud.yaml', folder: '/srv/cloud', home: '/root' });
  if (!read.cloud) throw new Error(JSON.stringify(read.problems));
  return { ...read.cloud, secrets: fakeSecrets(read.cloud) };
}

const SIZE = { cpus: 8, memoryMiB: 32_768 };

export function factsOfHost(hostname: string, change: Partial<HostFacts>): HostFacts {
  return {
    hostname,
    codename: 'trixie',
    distribution: 'debian',
    versionId: '13',
    kernel: '6.12',
    rootDiskGiB: 200,
    rootFreeGiB: 100,
    openvswitchModule: true,
    kvm: true,
    container: false,
    clockOffsetSeconds: 0,
    interfaces: [],
    blockDevices: [],
    defaultGateway: true,
    ...SIZE,
    ...change,
  };
}

/** Values never change, so that each is made once. */
const contexts = new Map<string, CloudContext>();
const resourcesOf = new WeakMap<CloudContext, readonly Resource[]>();

export function contextOf(description: string, change: Partial<HostFacts>): CloudContext {
  const key = JSON.stringify([description, change]);
  const known = contexts.get(key);
  if (known) return known;
  const cloud = cloudOf(description);
  const context = { cloud, facts: new Map(cloud.hosts.map(({ name }) => [name, factsOfHost(name, change)])) };
  contexts.set(key, context);
  return context;
}

/** One container with two CPUs and 8 GiB that is everything: userspace datapath, emulated instances. */
export function allInOne(extra = '', change: Partial<HostFacts> = {}): CloudContext {
  return contextOf(ALL_IN_ONE + extra, {
    cpus: 2,
    memoryMiB: 8192,
    container: true,
    kvm: false,
    openvswitchModule: false,
    ...change,
  });
}

/** Three control, two compute and three storage hosts with eight CPUs and 32 GiB, kernel datapath and KVM. */
export function threeControls(extra = '', change: Partial<HostFacts> = {}): CloudContext {
  return contextOf(THREE_CONTROLS + extra, change);
}

export function appliedSteps({ cloud }: CloudContext): readonly Step<Cloud>[] {
  return steps.filter((step) => step.applies?.(cloud) ?? true);
}

export function allResources(context: CloudContext): readonly Resource[] {
  const known = resourcesOf.get(context);
  if (known) return known;
  const resources = appliedSteps(context).flatMap((step) => step.resources(context));
  resourcesOf.set(context, resources);
  return resources;
}

export function allChecks(context: CloudContext): readonly Check[] {
  return appliedSteps(context).flatMap((step) => step.checks(context));
}

export interface WrittenFile {
  readonly id: string;
  readonly host: string;
  readonly path: string;
  readonly content: Text;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/** Every file that the steps write. */
export function files(context: CloudContext): readonly WrittenFile[] {
  return allResources(context)
    .filter((resource) => resource.kind.name === 'file')
    .map(({ id, host, desired }) => ({ id, host, ...(desired as Omit<WrittenFile, 'id' | 'host'>) }));
}

/** What is written to the file on the host, secrets open. */
export function content(context: CloudContext, host: string, path: string): string {
  const found = files(context).find((file) => file.host === host && file.path === path);
  if (!found) throw new Error(`nothing writes ${path} on ${host}`);
  return reveal(found.content);
}

/** The lines of one section of an ini file. */
export function iniSection(text: string, name: string): readonly string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(`[${name}]`);
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('['));
  return rest.slice(0, end < 0 ? undefined : end).filter((line) => line !== '');
}

/** The block of haproxy.cfg or keepalived.conf that starts with this line, up to the next one at the margin. */
export function block(text: string, head: string): readonly string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(head));
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^\w/.test(line));
  return rest.slice(0, end < 0 ? undefined : end).filter((line) => line.trim() !== '');
}
