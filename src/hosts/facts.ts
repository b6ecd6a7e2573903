import { fail } from '../errors/problem.ts';
import type { Connection, HostFacts } from './connection.ts';
import factsScript from './facts.sh';

/** Seconds for reading the facts of one host. */
const LIMIT = 30;

/** Reads a host's facts in one request. Rejects with HOST_*. */
export async function readFacts(connection: Connection): Promise<HostFacts> {
  const sent = Date.now();
  const result = await connection.run({ script: factsScript, limitSeconds: LIMIT, doing: 'read its facts' });
  return parseFacts(connection.host, result.stdout, sent / 1000);
}

/** `sent`: this machine's clock when the request left, seconds. Fails with HOST_FACTS_UNREADABLE. */
export function parseFacts(host: string, output: string, sent: number): HostFacts {
  const unreadable = (detail: string): never =>
    fail('HOST_FACTS_UNREADABLE', {
      place: { kind: 'cloud', host },
      details: { host, detail },
      evidence: output.slice(0, 800),
    });
  const found = sections(output);
  if (!found.has('end')) unreadable('the answer is cut');
  const rows = (name: string): readonly string[] => found.get(name) ?? [];
  const row = (name: string): string => rows(name)[0] ?? unreadable(`no ${name}`);
  const release = keyValues(rows('os-release'));
  const disk = rootDisk(rows('disk'));
  const clock = number(row('clock')) ?? unreadable('the clock');
  const cloudId = rows('cloud-id')[0]?.trim();
  return {
    hostname: row('hostname'),
    codename: release.get('VERSION_CODENAME') ?? '',
    distribution: release.get('ID') ?? '',
    versionId: release.get('VERSION_ID') ?? '',
    kernel: row('kernel'),
    cpus: number(row('cpus')) ?? unreadable('the number of processors'),
    memoryMiB: memory(rows('memory')) ?? unreadable('the size of memory'),
    rootDiskGiB: disk.size,
    rootFreeGiB: disk.free,
    openvswitchModule: rows('openvswitch').length > 0,
    kvm: rows('kvm')[0] === 'yes',
    container: !['', 'none'].includes(rows('container')[0] ?? ''),
    clockOffsetSeconds: Math.round((clock - sent) * 1000) / 1000,
    interfaces: interfaces(rows('links'), rows('addresses')),
    blockDevices: rows('devices').flatMap(blockDevice),
    defaultGateway: rows('routes').some((route) => route.startsWith('default')),
    ...(cloudId && { cloudId }),
    ...(rows('managed')[0] === 'yes' && { managed: true }),
  };
}

/** The output's lines by section, blank lines left out. */
function sections(output: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let current: string[] = [];
  for (const row of output.split('\n')) {
    const name = /^== (\S+)$/.exec(row)?.[1];
    if (name !== undefined) {
      current = [];
      found.set(name, current);
    } else if (row !== '') current.push(row);
  }
  return found;
}

/** `KEY=value` and `KEY="value"` as in os-release(5). */
function keyValues(rows: readonly string[]): ReadonlyMap<string, string> {
  const pairs = rows.flatMap((row): [string, string][] => {
    const match = /^([A-Z_]+)=(["']?)(.*)\2$/.exec(row);
    return match ? [[match[1] ?? '', match[3] ?? '']] : [];
  });
  return new Map(pairs);
}

/** GiB, from `df -Pk`: file system, size, used, available. */
function rootDisk(rows: readonly string[]): { readonly size: number; readonly free: number } {
  const [, size, , free] = (rows.at(-1) ?? '').split(/\s+/).map(Number);
  return { size: gib((size ?? 0) * 1024), free: gib((free ?? 0) * 1024) };
}

/** `/dev/vda 209715200 yes`: path, sectors, in use. */
function blockDevice(row: string): HostFacts['blockDevices'] {
  const [path, sectors, used] = row.split(' ');
  // /sys/block/*/size counts sectors of 512 bytes, whatever the device's own sector is.
  return path && sectors ? [{ path, sizeGiB: gib(Number(sectors) * 512), inUse: used === 'yes' }] : [];
}

/** MiB: the machine's memory, or what its control group allows when that is less. */
function memory(rows: readonly string[]): number | undefined {
  const total = number(/^MemTotal:\s+(\d+)/.exec(rows[0] ?? '')?.[1] ?? '');
  if (total === undefined) return undefined;
  const limit = number(rows[1] ?? '');
  const bytes = Math.min(total * 1024, limit ?? Number.POSITIVE_INFINITY);
  return Math.round(bytes / 1024 ** 2);
}

function interfaces(links: readonly string[], addresses: readonly string[]): HostFacts['interfaces'] {
  return links.flatMap((row) => {
    const match = /^\d+: ([^:@\s]+)(?:@[^:\s]+)?: <([^>]*)> mtu (\d+)/.exec(row);
    const name = match?.[1];
    if (!match || name === undefined) return [];
    const own = addresses.flatMap((line) => {
      const [, device, address] = /^\d+:\s+(\S+)\s+inet6?\s+(\S+)/.exec(line) ?? [];
      return device === name && address !== undefined ? [address] : [];
    });
    const up = (match[2] ?? '').split(',').includes('UP');
    return [{ name, up, addresses: own, mtu: Number(match[3]) }];
  });
}

function number(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? undefined : value;
}

/** GiB with one digit after the point. */
function gib(bytes: number): number {
  return Math.round((bytes / 1024 ** 3) * 10) / 10;
}
