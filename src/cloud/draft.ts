import type * as z from 'zod';
import type { FilePlace } from '../errors/problem.ts';
import type { DescriptionDocument, Path } from './document.ts';
import { type Ipv4Network, parseNetwork } from './ipv4.ts';
import { type NetworkName, networkNames } from './networks.ts';
import { type Description, descriptionSchema, type HostDescription } from './schema.ts';
import { hostSchema, networksSchema } from './schema-hosts.ts';

/** A network of the draft: what was written, and its address range where that can be read. */
export interface DraftNetwork {
  readonly name: NetworkName;
  readonly interface: string;
  readonly mtu: number;
  readonly cidr?: string;
  readonly range?: Ipv4Network;
  readonly vip?: string;
}

/** One entry under `hosts`: a host or a range of them. */
export interface DraftHost {
  /** The key as written, e.g. `storage[1:3]`. */
  readonly key: string;
  readonly description: HostDescription;
}

export type Sections = Omit<Description, 'networks' | 'hosts' | 'cloud'>;

/**
 * What could be read of a description. A section, network or host with an error of its own is absent, so that
 * the rules still look at all the others; `unreadable` distinguishes absence from error.
 */
export interface Draft {
  readonly name?: string;
  readonly networks: Readonly<Partial<Record<NetworkName, DraftNetwork>>>;
  readonly hosts: readonly DraftHost[];
  readonly sections: Readonly<Partial<Sections>>;
  /** Dotted paths of networks, hosts and sections with errors, e.g. `networks.management`, `hosts`. */
  readonly unreadable: ReadonlySet<string>;
  at(path: Path): FilePlace;
  keyAt(path: Path): FilePlace;
  /** The scalar at the path as it is written in the file. */
  source(path: Path): string | undefined;
  has(path: Path): boolean;
}

export function makeDraft(document: DescriptionDocument, has: (path: Path) => boolean): Draft {
  const tree = isMap(document.tree) ? document.tree : {};
  const unreadable = new Set<string>();
  const sections: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(descriptionSchema.shape)) {
    if (key === 'networks' || key === 'hosts') continue;
    const read = (schema as z.ZodType).safeParse(tree[key]);
    if (read.success) sections[key] = read.data;
    else unreadable.add(key);
  }
  const { cloud, ...rest } = sections;
  return {
    ...(typeof cloud === 'string' && { name: cloud }),
    sections: rest as Partial<Sections>,
    networks: readNetworks(tree.networks, unreadable),
    hosts: readHosts(tree.hosts, unreadable),
    unreadable,
    at: document.at,
    keyAt: document.keyAt,
    source: document.source,
    has,
  };
}

function readNetworks(value: unknown, unreadable: Set<string>): Draft['networks'] {
  const networks: Partial<Record<NetworkName, DraftNetwork>> = {};
  if (!isMap(value)) {
    unreadable.add('networks');
    return networks;
  }
  for (const name of networkNames) {
    const read = networksSchema.shape[name].safeParse(value[name]);
    if (!read.success) {
      unreadable.add(`networks.${name}`);
      continue;
    }
    if (!read.data) continue;
    const { interface: interfaceName, mtu, ...more } = read.data;
    const { cidr, vip }: { cidr?: string | undefined; vip?: string | undefined } = more;
    const range = cidr === undefined ? undefined : parseNetwork(cidr);
    networks[name] = {
      name,
      interface: interfaceName,
      mtu,
      ...(cidr !== undefined && { cidr }),
      ...(range && { range }),
      ...(vip !== undefined && { vip }),
    };
  }
  return networks;
}

function readHosts(value: unknown, unreadable: Set<string>): readonly DraftHost[] {
  if (!isMap(value)) {
    unreadable.add('hosts');
    return [];
  }
  const hosts: DraftHost[] = [];
  for (const [key, entry] of Object.entries(value)) {
    const read = hostSchema.safeParse(entry);
    if (read.success) hosts.push({ key, description: read.data });
    else unreadable.add('hosts').add(`hosts.${key}`);
  }
  return hosts;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
