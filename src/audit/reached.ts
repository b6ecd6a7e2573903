import type { Host, NetworkName } from '../cloud/cloud.ts';
import { reached } from '../cloud/reached.ts';
import { controlHosts } from '../cloud/topology.ts';
import { OUTSIDE, type Probe } from './probes.ts';
import { isIn, rulesFor, type Surroundings } from './reach.ts';
import { answersAt, holdsPort, isLoopback, type Socket } from './sockets.ts';
import { END, type Verdict } from './verdict.ts';

/** What one probe found. */
export interface Answer {
  readonly probe: Probe;
  readonly open: readonly number[];
  readonly tried: number;
  /** The address that the probe came from; undefined where there is no way. */
  readonly source: string | undefined;
  readonly reason?: string;
}

/** What the probe program printed, for the probes in its order; undefined where it did not come to its end. */
export function answersOf(stdout: string, probes: readonly Probe[]): readonly Answer[] | undefined {
  const lines = stdout.trimEnd().split('\n');
  if (lines.pop() !== END) return undefined;
  const open = probes.map((): number[] => []);
  const answers = new Map<number, Answer>();
  for (const line of lines) {
    const [kind, number, value = '', ...rest] = line.split(' ');
    const index = Number(number);
    const probe = probes[index];
    if (probe === undefined) continue;
    const ports = open[index] ?? [];
    if (kind === 'open') ports.push(Number(value));
    if (kind === 'tried')
      answers.set(index, { probe, open: ports, tried: Number(value), source: rest.join(' ') });
    if (kind === 'unreachable')
      answers.set(index, {
        probe,
        open: ports,
        tried: 0,
        source: undefined,
        reason: [value, ...rest].join(' '),
      });
  }
  return answers.size === probes.length
    ? [...answers].sort(([a], [b]) => a - b).map(([, one]) => one)
    : undefined;
}

/** Compares what answered with what the definitions let the asker reach; one verdict for each finding or place. */
export function reachVerdicts(
  around: Surroundings,
  answers: readonly Answer[],
  sockets: ReadonlyMap<string, readonly Socket[]>,
): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const passed = new Map<string, Answer[]>();
  for (const answer of answers) {
    const { probe, source, reason } = answer;
    const at = { topic: 'reach', where: probe.from } as const;
    const target = nameOf(probe);
    if (source === undefined) {
      verdicts.push({
        ...at,
        state: 'warning',
        what: `cannot reach ${target}: ${reason ?? 'no way'}; nothing is proved there`,
        next: 'Check cables, switches and routes of this network, then repeat the audit.',
      });
      continue;
    }
    const { unexpected, silent } = judge(around, answer, source, sockets);
    if (silent.length > 0 && answer.open.length === 0 && isFar(around, probe, source)) {
      verdicts.push({
        ...at,
        state: 'warning',
        what: `nothing answers at ${target} from ${source}: there may be no way, and nothing is proved`,
        next: 'Name a machine that stands in this network as test.vantage in the description, and repeat the audit.',
      });
      continue;
    }
    if (unexpected.length > 0)
      verdicts.push({
        ...at,
        state: 'fail',
        what: `reaches ${target} at port ${portWords(unexpected)}, which no definition opens to ${source}`,
        next: 'Run cloudwright apply, which loads the firewall; stop what listens there if the cloud does not need it.',
      });
    if (silent.length > 0)
      verdicts.push({
        ...at,
        state: 'fail',
        what: `does not reach ${target} at port ${portWords(silent)}, which the definitions open to ${source}`,
        next: 'Run cloudwright apply, then cloudwright verify. A filter of the operator’s may be in between.',
      });
    if (unexpected.length === 0 && silent.length === 0) {
      const key = `${probe.from} ${probe.network}`;
      passed.set(key, [...(passed.get(key) ?? []), answer]);
    }
  }
  return [...verdicts, ...[...passed.values()].map(passVerdict), ...unseen(around, answers)];
}

/** Whether the place outside has to go through other networks. */
function isFar({ cloud }: Surroundings, { from, network }: Probe, source: string): boolean {
  const cidr = cloud.networks[network]?.cidr;
  return from === OUTSIDE && (cidr === undefined || !isIn(source, cidr));
}

function passVerdict(answers: readonly Answer[]): Verdict {
  const [first] = answers;
  const sum = (of: (answer: Answer) => number): number =>
    answers.reduce((total, answer) => total + of(answer), 0);
  const addresses = `${answers.length} ${answers.length === 1 ? 'address' : 'addresses'}`;
  return {
    topic: 'reach',
    state: 'pass',
    where: first?.probe.from ?? OUTSIDE,
    what: `${addresses} in the ${first?.probe.network} network: ${sum(({ tried }) => tried)} ports tried, ${sum(({ open }) => open.length)} open, all described`,
  };
}

interface Judged {
  readonly unexpected: readonly number[];
  readonly silent: readonly number[];
}

function judge(
  around: Surroundings,
  { probe, open }: Answer,
  source: string,
  sockets: ReadonlyMap<string, readonly Socket[]>,
): Judged {
  const { network, address } = probe;
  const askedHosts = probe.host ? [probe.host] : reached(around, controlHosts(around.cloud));
  const ranges = askedHosts.flatMap((host) =>
    rulesFor(around, { host, network, source, address }).flatMap(({ ports }) => ports),
  );
  const isAllowed = (port: number): boolean => ranges.some((range) => holdsPort(range, port));
  const expected = around.cloud.firewall.enabled ? listeningAt(askedHosts, address, sockets) : [];
  const found = new Set(open);
  return {
    unexpected: open.filter((port) => !isAllowed(port)),
    silent: expected.filter((port) => isAllowed(port) && !found.has(port)),
  };
}

/** TCP ports at which something of the host answers at the address; of a virtual one, those bound to it alone. */
function listeningAt(
  hosts: readonly Host[],
  address: string,
  sockets: ReadonlyMap<string, readonly Socket[]>,
): readonly number[] {
  const ports = hosts.flatMap((host) =>
    (sockets.get(host.name) ?? [])
      // `::` is IPv6 alone; ss prints `*` where it is both.
      .filter((socket) => socket.protocol === 'tcp' && !isLoopback(socket) && socket.address !== '::')
      .filter((socket) => socket.address === address || (hosts.length === 1 && answersAt(socket, address)))
      .map(({ port }) => port),
  );
  return [...new Set(ports)];
}

/** Hosts in networks in which nothing else stood. */
function unseen(around: Surroundings, answers: readonly Answer[]): readonly Verdict[] {
  const seen = new Set(
    answers
      .filter(({ probe, source }) => source !== undefined && !isFar(around, probe, source))
      .map(({ probe }) => `${probe.network} ${probe.address}`),
  );
  const networks: readonly NetworkName[] = ['service', 'management', 'overlay', 'storage'];
  return networks.flatMap((network): Verdict[] => {
    const alone = reached(around, around.cloud.hosts).filter(({ addresses }) => {
      const address = addresses[network];
      return address !== undefined && !seen.has(`${network} ${address}`);
    });
    if (alone.length === 0) return [];
    return [
      {
        topic: 'reach',
        state: 'warning',
        where: 'cloud',
        what: `nothing stands in the ${network} network beside ${alone.map(({ name }) => name).join(', ')}: not probed from there`,
        next: 'Name a machine that stands in it as test.vantage in the description, and repeat the audit.',
      },
    ];
  });
}

function nameOf({ host, address, network }: Probe): string {
  return `${host?.name ?? 'the virtual address'} (${network}, ${address})`;
}

/** `22, 80, 5900-5902`; at most some of them. */
function portWords(ports: readonly number[]): string {
  const sorted = [...ports].sort((a, b) => a - b);
  const ranges: { first: number; last: number }[] = [];
  for (const port of sorted) {
    const current = ranges.at(-1);
    if (current && port === current.last + 1) current.last = port;
    else ranges.push({ first: port, last: port });
  }
  const words = ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return words.length > 12
    ? `${words.slice(0, 12).join(', ')} and ${words.length - 12} more`
    : words.join(', ');
}
