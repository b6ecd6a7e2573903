import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { linesOf, unifiedDifference } from './difference.ts';
import { quote, writeFile } from './shell.ts';

export interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
}

export interface HostsDesired {
  readonly path: string;
  readonly entries: readonly HostsEntry[];
}

export interface HostsState {
  readonly content: string;
}

const BEGIN = '# Cloudwright: hosts of the cloud; changes within are put back at the next apply';
const END = '# Cloudwright: end';

/**
 * The file as it should be: our block (none without entries), and none of our names on a loopback address elsewhere. Debian's installer
 * puts the host's own name on 127.0.1.1; RabbitMQ and Ceph then tell their peers that they are at 127.0.1.1.
 */
export function hostsContent(present: string, entries: readonly HostsEntry[]): string {
  const ours = new Set(entries.flatMap((entry) => entry.names));
  const kept: string[] = [];
  let within = false;
  for (const line of present.replace(/\n$/, '').split('\n')) {
    if (line === BEGIN) within = true;
    else if (within && line === END) within = false;
    else if (!within) {
      const rest = withoutNames(line, ours);
      if (rest !== undefined) kept.push(rest);
    }
  }
  // Of a block whose end is missing, everything to the end of the file counts as ours.
  while (kept.at(-1) === '') kept.pop();
  if (entries.length === 0) return kept.length > 0 ? `${kept.join('\n')}\n` : '';
  const block = entries.map((entry) => `${entry.address}\t${entry.names.join(' ')}`);
  return [...kept, ...(kept.length > 0 ? [''] : []), BEGIN, ...block, END, ''].join('\n');
}

function withoutNames(line: string, names: ReadonlySet<string>): string | undefined {
  const [entry = '', ...comment] = line.split('#');
  const [address = '', ...all] = entry.trim().split(/\s+/);
  if (!address.startsWith('127.') && address !== '::1') return line;
  // `node1.example.org node1`: the long form of an own name goes with it.
  const rest = all.filter((name) => !names.has(name) && !names.has(name.split('.')[0] ?? ''));
  if (rest.length === all.length) return line;
  if (rest.length === 0) return undefined;
  return `${address}\t${rest.join(' ')}${comment.length > 0 ? ` #${comment.join('#')}` : ''}`;
}

export const hostsKind: ShellKind<HostsDesired, HostsState> = {
  via: 'shell',
  name: 'hosts-entries',
  batch: true,
  read: (items) =>
    items
      .map((item, index) => `printf 'B %s ' ${index}; base64 -w 0 ${quote(item.path)} 2>/dev/null; echo`)
      .join('\n'),
  parse(output, items) {
    const contents = new Map<number, string>();
    for (const line of output.split('\n')) {
      const found = /^B (\d+) (.*)$/.exec(line);
      if (found) contents.set(Number(found[1]), Buffer.from(found[2] ?? '', 'base64').toString('utf8'));
    }
    return items.map((_, index) => ({ content: contents.get(index) ?? '' }));
  },
  compare(desired, state): Change | undefined {
    const content = hostsContent(state.content, desired.entries);
    if (content === state.content) return undefined;
    return {
      summary:
        desired.entries.length === 0
          ? `remove the cloud's hosts from ${desired.path}`
          : `write the cloud's hosts to ${desired.path}`,
      difference: unifiedDifference(linesOf(state.content), linesOf(content)),
      script: writeFile(desired.path, content, { owner: 'root', group: 'root', mode: '0644' }),
      limitSeconds: 30,
    };
  },
  removal: {
    record: ({ path }) => ({ path }),
    absence: ({ path = '' }) => ({ path, entries: [] }),
  },
};

export interface HostsEntriesOptions extends ResourceOptions {
  /** `/etc/hosts` by default. */
  readonly path?: string;
}

/** The names of the cloud's hosts in /etc/hosts, in a marked block; lines outside it stay. */
export function hostsEntries(
  host: string,
  entries: readonly HostsEntry[],
  options: HostsEntriesOptions = {},
): Resource {
  const path = options.path ?? '/etc/hosts';
  return resource(hostsKind, host, path, { path, entries }, options);
}
