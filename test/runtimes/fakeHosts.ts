import type { Cloud } from '../../src/cloud/cloud.ts';
import type { Check } from '../../src/engine/check.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import type { AnyKind, ApiKind, Change, Resource, ShellKind } from '../../src/engine/resource.ts';
import { apply, type RunResult } from '../../src/engine/run.ts';
import type { Step } from '../../src/engine/step.ts';
import type { Problem } from '../../src/errors/problem.ts';
import type { Connections, HostFacts, ShellRequest, ShellResult } from '../../src/hosts/connection.ts';
import { reveal, text } from '../../src/secrets/confidential.ts';

/** A change that was made, in the order of the changes. */
export interface MadeChange {
  readonly id: string;
  readonly host: string;
  /** What the kind itself would have sent to the host, secrets open. */
  readonly script: string;
}

export interface FakeRun {
  readonly result: RunResult;
  readonly changes: readonly MadeChange[];
  readonly events: readonly RunEvent[];
  readonly problems: readonly Problem[];
}

export interface FakeOptions {
  readonly facts: ReadonlyMap<string, HostFacts>;
  /** What a check of a host prints; a check without an answer fails the run. */
  readonly checks?: (script: string, host: string, made: ReadonlySet<string>) => string | undefined;
  /** Ids of resources that are in place before. */
  readonly inPlace?: ReadonlySet<string>;
}

/** The desired value of a resource behind a fake, with its id. */
interface Labelled {
  readonly id: string;
  readonly inner: unknown;
}

/**
 * Applies the steps through the real engine to hosts that exist in memory: they know for each resource whether it is in
 * place, compare an untouched host as its kind does, and take the kind's own scripts. Anything else that a host is asked
 * is an error of the test.
 */
export async function applyToFakes(
  cloud: Cloud,
  steps: readonly Step<Cloud>[],
  options: FakeOptions,
): Promise<FakeRun> {
  const made = new Set(options.inPlace);
  const changes: MadeChange[] = [];
  const events: RunEvent[] = [];
  const kinds = new Map<AnyKind, AnyKind>();
  const faked = (resource: Resource): Resource => {
    const kind = kinds.get(resource.kind) ?? fakeKind(resource.kind, made, changes);
    kinds.set(resource.kind, kind);
    const desired: Labelled = { id: resource.id, inner: resource.desired };
    // A cluster acts on one of its members, which the description does not say.
    return { ...resource, kind, desired };
  };
  const result = await apply({
    steps: steps.map(
      (step): Step<Cloud> => ({
        ...step,
        resources: (context) => step.resources(context).map(faked),
        checks: (context) => step.checks(context).filter((check: Check) => check.via === 'shell'),
      }),
    ),
    subject: cloud,
    secrets: [],
    connections: fakeConnections(cloud, options, made, changes),
    api: () => Promise.resolve({}),
    emit: (event) => events.push({ ...event, at: 0 } as RunEvent),
  });
  const problems = events.flatMap((event) => ('problem' in event ? [event.problem] : []));
  return { result, changes, events, problems };
}

function fakeKind(kind: AnyKind, made: Set<string>, changes: MadeChange[]): AnyKind {
  if (kind.via === 'shell') return fakeShellKind(kind);
  if (kind.via === 'api') return fakeApiKind(kind, made, changes);
  return {
    via: 'cluster',
    name: kind.name,
    read: ({ id }: Labelled) => `# read ${id}\n`,
    parse: (output: string) => output.trim() === 'yes',
    decide: ({ id }: Labelled, members) => {
      const answers = [...members].flatMap(([host, member]) =>
        member.reachable ? [{ host, there: member.state }] : [],
      );
      const missing = answers.find(({ there }) => !there);
      if (!missing) return { do: 'nothing' };
      const change = { summary: `form ${id}`, script: changeScript(id, ''), limitSeconds: 60 };
      return { do: 'act', host: missing.host, change };
    },
  };
}

function changeScript(id: string, script: Change['script']): Change['script'] {
  return text`# change ${id}\n${script}`;
}

// biome-ignore lint/suspicious/noExplicitAny: kinds of any state.
function fakeShellKind(kind: ShellKind<any, any>): ShellKind<Labelled, boolean> {
  return {
    via: 'shell',
    name: kind.name,
    batch: kind.batch,
    ...(kind.spread && { spread: kind.spread }),
    ...(kind.serial && { serial: kind.serial }),
    ...(kind.beforeWatched && { beforeWatched: ({ id }: Labelled) => `# before ${id}` }),
    read: (items) => items.map(({ id }) => `# read ${id}`).join('\n'),
    parse: (output, items) => {
      const answers = output.split('\n').slice(0, items.length);
      return answers.map((answer) => answer === 'yes');
    },
    compare: ({ id, inner }, there, { touched }) => {
      if (there && !(touched && kind.beforeWatched)) return undefined;
      // The reading script of the real kind must be there too, though nobody runs it.
      if (reveal(kind.read([inner])) === '') throw new Error(`${id} reads nothing`);
      const [bare] = kind.parse('', [inner]);
      const change = kind.compare(inner, bare, { touched });
      // What is absent on a bare host is as desired.
      if (!change) return undefined;
      const { interrupts, ...rest } = change;
      // What is there and acts again is running.
      return {
        ...rest,
        ...(!there && interrupts === false && { interrupts }),
        script: changeScript(id, change.script),
      };
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: kinds of any state.
function fakeApiKind(kind: ApiKind<any, any, any>, made: Set<string>, changes: MadeChange[]) {
  const fake: ApiKind<Labelled, boolean, unknown> = {
    via: 'api',
    name: kind.name,
    read: async (_api, items) => items.map(({ id }) => made.has(id)),
    compare: ({ id }, there) => (there ? undefined : { summary: `make ${id}` }),
    change: async (_api, { id }) => {
      made.add(id);
      changes.push({ id, host: 'API', script: '' });
    },
  };
  return fake;
}

function fakeConnections(
  cloud: Cloud,
  options: FakeOptions,
  made: Set<string>,
  changes: MadeChange[],
): Connections {
  const names = new Set(cloud.hosts.map(({ name }) => name));
  return {
    get: async (host) => {
      if (!names.has(host) || !options.facts.has(host)) throw new Error(`no way to ${host}`);
      return {
        host,
        run: async (request) => answer(host, request, options, made, changes),
        close: async () => {},
      };
    },
    fresh: async (host) => ({
      host,
      run: async ({ doing }) => {
        if (!doing.startsWith('confirm: ')) throw new Error(`unexpected over a new connection: ${doing}`);
        return { exitCode: 0, stdout: '', stderr: '' };
      },
      close: async () => {},
    }),
    forward: () => Promise.reject(new Error('nothing is forwarded')),
    closeAll: async () => {},
  };
}

/** A piece of a bundle: its script and the mark after its output. */
const PIECE =
  /\( eval '([^']*(?:'\\''[^']*)*)' \)(?: >"\$d\/(\d+)o" 2>"\$d\/\d+e")?; (?:cw_s=\$\?; )?printf '\\n(cw-[0-9a-f]+) %d\\n'/g;

function answer(
  host: string,
  { script, doing }: ShellRequest,
  options: FakeOptions,
  made: Set<string>,
  changes: MadeChange[],
): ShellResult {
  const sent = reveal(script);
  if (doing === 'read its facts')
    return { exitCode: 0, stdout: printFacts(options.facts.get(host)), stderr: '' };
  if (doing === 'look for changes of an earlier run')
    return { exitCode: 0, stdout: '\n== changes under way\n', stderr: '' };
  if (doing === 'write the list of what is on the host') return { exitCode: 0, stdout: '', stderr: '' };
  if (doing === 'mark what has to restart') {
    for (const line of sent.split('\n')) {
      const id = /^# before (.+)$/.exec(line)?.[1];
      if (id === undefined || !id.startsWith(`${host}/`))
        throw new Error(`unexpected script on ${host}: ${line}`);
    }
    return { exitCode: 0, stdout: '', stderr: '' };
  }
  // Scripts that run side by side are dealt out to processes; their outputs come back in order.
  const pieces = [...sent.matchAll(PIECE)].sort((a, b) => Number(a[2] ?? 0) - Number(b[2] ?? 0));
  let stdout = '';
  let stderr = '';
  for (const [, quoted = '', , token = ''] of pieces) {
    const output = pieceOutput(host, unquoted(quoted).trimStart(), options, made, changes);
    stdout += `${output}\n${token} 0\n`;
    stderr += `\n${token} 0\n`;
  }
  if (stdout === '') throw new Error(`unexpected script on ${host} (${doing}):\n${sent}`);
  return { exitCode: 0, stdout, stderr };
}

function pieceOutput(
  host: string,
  body: string,
  options: FakeOptions,
  made: Set<string>,
  changes: MadeChange[],
): string {
  const changed = /^# change (.+)\n/.exec(body)?.[1];
  if (changed !== undefined) {
    made.add(changed.startsWith('cluster/') ? `${changed} on ${host}` : changed);
    changes.push({ id: changed, host, script: body.slice(body.indexOf('\n') + 1) });
    return '';
  }
  if (body.startsWith('# read ')) {
    const ids = body.split('\n').flatMap((line) => (line.startsWith('# read ') ? [line.slice(7)] : []));
    return ids
      .map((id) => (made.has(id.startsWith('cluster/') ? `${id} on ${host}` : id) ? 'yes' : 'no'))
      .join('\n');
  }
  const check = /^timeout -s KILL \d+ sh -c '([^']*(?:'\\''[^']*)*)' <\/dev\/null$/.exec(body)?.[1];
  const asked = check === undefined ? undefined : unquoted(check);
  const seen = asked === undefined ? undefined : options.checks?.(asked, host, made);
  if (seen === undefined) throw new Error(`unexpected script on ${host}:\n${asked ?? body}`);
  return seen;
}

function unquoted(words: string): string {
  return words.replaceAll("'\\''", "'");
}

/** As facts.sh prints them. */
function printFacts(facts: HostFacts | undefined): string {
  if (!facts) throw new Error('no facts');
  const { hostname, codename, distribution, versionId, kernel, cpus, memoryMiB, rootDiskGiB } = facts;
  return [
    '== hostname',
    hostname,
    '== os-release',
    `ID=${distribution}`,
    `VERSION_CODENAME=${codename}`,
    `VERSION_ID="${versionId}"`,
    '== kernel',
    kernel,
    '== cpus',
    cpus,
    '== memory',
    `MemTotal: ${memoryMiB * 1024} kB`,
    '== disk',
    `/dev/vda1 ${rootDiskGiB * 1024 ** 2} 0 ${rootDiskGiB * 1024 ** 2} 0% /`,
    '== openvswitch',
    ...(facts.openvswitchModule ? ['openvswitch'] : []),
    '== kvm',
    facts.kvm ? 'yes' : 'no',
    '== container',
    facts.container ? 'lxc' : 'none',
    '== clock',
    Date.now() / 1000,
    '== links',
    ...facts.interfaces.map(
      ({ name, up, mtu }, index) => `${index + 1}: ${name}: <${up ? 'UP' : ''}> mtu ${mtu}`,
    ),
    '== addresses',
    ...facts.interfaces.flatMap(({ name, addresses }, index) =>
      addresses.map((address) => `${index + 1}: ${name}    inet ${address} scope global ${name}`),
    ),
    '== devices',
    ...facts.blockDevices.map(
      ({ path, sizeGiB, inUse }) => `${path} ${sizeGiB * 2 ** 21} ${inUse ? 'yes' : 'no'}`,
    ),
    '== routes',
    ...(facts.defaultGateway ? ['default via 192.0.2.1 dev eth1'] : []),
    '== end',
    '',
  ].join('\n');
}
