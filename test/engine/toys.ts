import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check, ShellCheck } from '../../src/engine/check.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import type { RunInput } from '../../src/engine/prepare.ts';
import type { ApiKind, Resource, ShellKind } from '../../src/engine/resource.ts';
import type { Step } from '../../src/engine/step.ts';
import { CloudwrightError, type Problem, problem } from '../../src/errors/problem.ts';
import type { Connection, Connections } from '../../src/hosts/connection.ts';
import { openLocal } from '../../src/hosts/local.ts';
import { quote } from '../../src/hosts/quote.ts';
import type { Text } from '../../src/secrets/confidential.ts';

/** Hosts that are folders of this machine, reached through real shells. */
export interface Toybox {
  readonly folder: string;
  readonly connections: Connections;
  /** Hosts that take no new connections. */
  readonly cut: Set<string>;
  readonly requests: { readonly host: string; readonly doing: string }[];
  readonly events: RunEvent[];
  /** The problems that the events carry. */
  readonly problems: readonly Problem[];
  input(steps: readonly Step[], more?: Partial<RunInput>): RunInput;
  /** Runs from here on answer as if the host were gone. */
  remove(): Promise<void>;
}

export interface ToyFile {
  readonly path: string;
  readonly content: string;
  /** Extra shell at the end of the change. */
  readonly then?: string;
}

/** A file's content: batchable. */
export const toyFile: ShellKind<ToyFile, string | undefined> = {
  via: 'shell',
  name: 'file',
  batch: true,
  read: (items) =>
    items
      .map(
        ({ path }) =>
          `if [ -e ${quote(path)} ]; then printf 1; cat ${quote(path)}; else printf 0; fi; printf '\\0'`,
      )
      .join('\n'),
  parse: (output, items) =>
    output
      .split('\0')
      .slice(0, items.length)
      .map((one) => (one.startsWith('1') ? one.slice(1) : undefined)),
  compare: ({ path, content, then }, state) =>
    state === content
      ? undefined
      : {
          summary: `write ${path.split('/').at(-1)}`,
          difference: `-${state ?? ''}\n+${content}`,
          script: `printf %s ${quote(content)} >${quote(path)}; ${then ?? ''}`,
          limitSeconds: 10,
        },
};

export interface ToyService {
  readonly path: string;
  readonly script?: Text;
}

/** A service: a stamp says that it runs with what it watches; each start adds a line to its log. */
export const toyService: ShellKind<ToyService, boolean> = {
  via: 'shell',
  name: 'service',
  batch: false,
  read: (items) =>
    items.map(({ path }) => `[ -e ${quote(`${path}.stamp`)} ] && echo up || echo down`).join('\n'),
  parse: (output) =>
    output
      .trim()
      .split('\n')
      .map((one) => one === 'up'),
  compare: ({ path, script }, up, { touched }) =>
    up && !touched
      ? undefined
      : {
          summary: up ? 'restart it' : 'start it',
          script: script ?? `echo start >>${quote(`${path}.log`)}; : >${quote(`${path}.stamp`)}`,
          limitSeconds: 10,
        },
  beforeWatched: ({ path }) => `rm -f ${quote(`${path}.stamp`)}`,
};

/** Something behind an API that is a set of names. */
export const toyProject: ApiKind<string, boolean, Set<string>> = {
  via: 'api',
  name: 'project',
  read: async (api, items) => items.map((name) => api.has(name)),
  compare: (name, there) => (there ? undefined : { summary: `create project ${name}` }),
  change: async (api, name) => {
    api.add(name);
  },
};

/** `dead`: hosts that do not answer. */
export function toybox(hosts: readonly string[] = ['one'], dead: readonly string[] = []): Toybox {
  const folder = mkdtempSync(join(tmpdir(), 'cw-toys-'));
  const open = new Map<string, Promise<Connection>>();
  const cut = new Set<string>();
  const requests: { host: string; doing: string }[] = [];
  const events: RunEvent[] = [];
  const connections: Connections = {
    get(host) {
      if (dead.includes(host)) {
        const details = { host, detail: 'no route' };
        return Promise.reject(new CloudwrightError([problem('HOST_LOST', { details })]));
      }
      const known = open.get(host) ?? openLocal(host);
      open.set(host, known);
      return known.then((connection) => ({
        ...connection,
        run: (request) => {
          requests.push({ host, doing: request.doing });
          return connection.run(request);
        },
      }));
    },
    async fresh(host) {
      if (cut.has(host))
        throw new CloudwrightError([problem('HOST_LOST', { details: { host, doing: 'connect' } })]);
      const connection = await openLocal(host);
      return {
        ...connection,
        run: (request) => {
          requests.push({ host, doing: `${request.doing} (new connection)` });
          return connection.run(request);
        },
      };
    },
    forward: () => Promise.reject(new Error('no way')),
    closeAll: async () => {
      for (const one of open.values()) await (await one).close();
    },
  };
  const cloud = { name: 'toys', hosts: hosts.map((name) => ({ name })) };
  return {
    folder,
    connections,
    cut,
    requests,
    events,
    get problems() {
      return events.flatMap((event) => ('problem' in event ? [event.problem] : []));
    },
    input: (steps, more = {}) => ({
      steps,
      subject: cloud,
      secrets: [],
      connections,
      emit: (event) => events.push({ ...event, at: Date.now() } as RunEvent),
      ...more,
    }),
    async remove() {
      await connections.closeAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function toyStep(
  name: string,
  resources: readonly Resource[],
  more: { needs?: readonly string[]; checks?: readonly Check[] } = {},
): Step {
  return {
    name,
    title: `The ${name}`,
    needs: more.needs ?? [],
    resources: () => resources,
    checks: () => more.checks ?? [],
  };
}

/** True when the file is there. */
export function toyCheck(id: string, path: string, limitSeconds = 5, host = 'one'): ShellCheck {
  return {
    via: 'shell',
    id,
    title: `File of ${id}`,
    host,
    limitSeconds,
    script: `[ -e ${quote(path)} ] || { echo "no ${id} yet" >&2; exit 1; }`,
    judge: ({ exitCode, stderr }) =>
      exitCode === 0
        ? { ok: true, sentence: 'it is there' }
        : { ok: false, sentence: 'it is not there', evidence: stderr.trim() },
  };
}
