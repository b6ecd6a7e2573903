import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MARK } from '../../src/engine/from.ts';
import { parseManifest } from '../../src/engine/manifest.ts';
import {
  type ApiKind,
  apiResource,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../../src/engine/resource.ts';
import { apply, planOnly } from '../../src/engine/run.ts';
import type { Connections } from '../../src/hosts/connection.ts';
import { quote } from '../../src/hosts/quote.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { type Toybox, toybox, toyStep } from './toys.ts';

let box: Toybox;
beforeEach(() => {
  box = toybox(['one', 'two']);
});
afterEach(() => box.remove());

interface Thing {
  readonly path: string;
  readonly absent?: boolean;
}

/** A file that can be removed; one whose name begins with `data` holds data. */
const thing: ShellKind<Thing, boolean> = {
  via: 'shell',
  name: 'thing',
  batch: false,
  read: (items) => items.map(({ path }) => `[ -e ${quote(path)} ] && echo yes || echo no`).join('\n'),
  parse: (output) =>
    output
      .trim()
      .split('\n')
      .map((line) => line === 'yes'),
  compare({ path, absent }, there) {
    if (there !== (absent === true)) return undefined;
    const name = path.split('/').at(-1) ?? '';
    return {
      summary: `${absent ? 'remove' : 'create'} ${name}`,
      script: absent ? `rm ${quote(path)}` : `: >${quote(path)}`,
      limitSeconds: 5,
      ...(absent && name.includes('data') && { loses: `what is in ${name}` }),
    };
  },
  removal: {
    record: ({ path }) => ({ path }),
    absence: (record) => ({ path: record.path ?? '', absent: true }),
  },
};

/** A name behind an API. */
const project: ApiKind<{ name: string; absent?: boolean }, boolean, Set<string>> = {
  via: 'api',
  name: 'project',
  read: async (api, items) => items.map(({ name }) => api.has(name)),
  compare: ({ name, absent }, there) =>
    there === (absent === true) ? { summary: `${absent ? 'delete' : 'create'} project ${name}` } : undefined,
  change: async (api, { name, absent }) => {
    if (absent) api.delete(name);
    else api.add(name);
  },
  removal: {
    record: ({ name }) => ({ name }),
    absence: (record) => ({ name: record.name ?? '', absent: true }),
  },
};

/** Each toy host keeps its manifest in a file of its own. */
function ownManifests(): Connections {
  const { connections } = box;
  return {
    ...connections,
    get: async (host) => {
      const connection = await connections.get(host);
      const folder = `${box.folder}/${host}.lib`;
      mkdirSync(folder, { recursive: true });
      return {
        ...connection,
        run: (request) =>
          connection.run({
            ...request,
            script: reveal(request.script).replaceAll('/var/lib/cloudwright', folder),
          }),
      };
    },
  };
}

const make = (host: string, name: string, options: ResourceOptions = {}): Resource =>
  resource(thing, host, name, { path: `${box.folder}/${host}-${name}` }, options);
const manifest = (host: string): string => {
  const file = `${box.folder}/${host}.lib/manifest.json`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
const idsIn = (host: string) => parseManifest(manifest(host))?.map(({ id }) => id);
const done = () => box.events.flatMap((event) => (event.type === 'change-done' ? [event.resource] : []));

function run(resources: readonly Resource[], more: Parameters<Toybox['input']>[1] = {}) {
  box.events.length = 0;
  return box.input([toyStep('s', resources)], {
    connections: ownManifests(),
    kinds: [thing, project],
    ...more,
  });
}

describe('what the description no longer has', () => {
  it('is planned and removed in reverse order, and then forgotten', async () => {
    const first = make('one', 'first');
    const second = make('one', 'second', { after: [first] });
    const all = [make('one', 'kept'), second, first, make('two', 'elsewhere')];
    expect(await apply(run(all))).toMatchObject({ outcome: 'done', changed: 4 });
    expect(idsIn('one')).toEqual(['one/thing:kept', 'one/thing:first', 'one/thing:second']);
    const [kept] = all;
    const rest = kept ? [kept] : [];
    const plan = await planOnly(run(rest));
    expect(plan.changes.map(({ step, summary }) => `${step}: ${summary}`)).toEqual([
      'removal: remove one-second',
      'removal: remove one-first',
      'removal: remove two-elsewhere',
    ]);
    expect(existsSync(`${box.folder}/one-first`)).toBe(true);
    expect(await apply(run(rest))).toMatchObject({ outcome: 'done', changed: 3 });
    expect(done().filter((id) => id.startsWith('one/'))).toEqual(['one/thing:second', 'one/thing:first']);
    expect(idsIn('one')).toEqual(['one/thing:kept']);
    expect(statSync(`${box.folder}/one.lib/manifest.json`).mode & 0o077).toBe(0);
    expect(idsIn('two')).toEqual([]);
    expect(await apply(run(rest))).toMatchObject({ outcome: 'done', changed: 0 });
    expect((await planOnly(run(rest))).changes).toEqual([]);
  });

  it('stays where data would be lost, unless it is named', async () => {
    await apply(run([make('one', 'data'), make('one', 'plain')]));
    const plan = await planOnly(run([]));
    expect(plan.changes).toMatchObject([
      { summary: 'remove one-plain' },
      { summary: 'remove one-data', loses: 'what is in one-data', refused: true },
    ]);
    expect(await apply(run([]))).toMatchObject({ outcome: 'done', changed: 1 });
    expect(box.problems).toMatchObject([{ code: 'DATA_LOSS_REFUSED', severity: 'warning' }]);
    expect(existsSync(`${box.folder}/one-data`)).toBe(true);
    expect(idsIn('one')).toEqual(['one/thing:data']);
    expect(await apply(run([], { remove: ['one/thing:data'] }))).toMatchObject({
      outcome: 'done',
      changed: 1,
    });
    expect(existsSync(`${box.folder}/one-data`)).toBe(false);
    expect(idsIn('one')).toEqual([]);
  });

  it('is named exactly: another name is a warning with the nearest one', async () => {
    await apply(run([make('one', 'data')]));
    expect(await apply(run([], { remove: ['one/thing:date', 'one/s'] }))).toMatchObject({
      outcome: 'done',
      changed: 0,
    });
    expect(box.problems.filter(({ code }) => code === 'REMOVE_UNKNOWN')).toMatchObject([
      { severity: 'warning', what: expect.stringContaining('one/thing:date'), suggestion: 'one/thing:data' },
    ]);
    expect(existsSync(`${box.folder}/one-data`)).toBe(true);
  });

  it('is kept while its step is left out, while a host does not answer, and with --skip removal', async () => {
    await apply(run([make('one', 'a')]));
    expect((await planOnly(run([], { selection: { step: 's' } }))).changes).toEqual([]);
    expect((await planOnly(run([], { selection: { skip: 'removal' } }))).changes).toEqual([]);
    expect((await planOnly(run([], { selection: { hosts: ['two'] } }))).changes).toEqual([]);
    expect((await planOnly(run([], { selection: { step: 'removal' } }))).changes).toHaveLength(1);
    const { folder } = box;
    const connections = ownManifests();
    const dead = toybox([], ['two']);
    const half: Connections = {
      ...connections,
      get: (host) => (host === 'two' ? dead.connections : connections).get(host),
    };
    expect((await planOnly(run([], { connections: half }))).changes).toEqual([]);
    expect(existsSync(`${folder}/one-a`)).toBe(true);
    await dead.remove();
  });

  it('of the cloud is kept by all keepers and removed once, after the hosts', async () => {
    const api = new Set<string>();
    const withApi = { api: async () => api };
    const once = make('one', 'once', { cloudWide: true });
    const all = [apiResource(project, 'p', { name: 'p' }), once, make('two', 'own')];
    await apply(run(all, withApi));
    expect(idsIn('one')).toEqual(['API/project:p', 'thing:once']);
    expect(idsIn('two')).toEqual(['API/project:p', 'thing:once', 'two/thing:own']);
    // Another host does the work now: nothing is to be removed.
    const moved = [
      apiResource(project, 'p', { name: 'p' }),
      make('two', 'once', { cloudWide: true }),
      make('two', 'own'),
    ];
    writeFileSync(`${box.folder}/two-once`, '');
    expect((await planOnly(run(moved, withApi))).changes).toEqual([]);
    rmSync(`${box.folder}/two-once`);
    expect(await apply(run([], withApi))).toMatchObject({ outcome: 'done', changed: 3 });
    expect(done()).toEqual(['two/thing:own', 'one/thing:once', 'API/project:p']);
    expect([idsIn('one'), idsIn('two')]).toEqual([[], []]);
    expect(api.size).toBe(0);
  });

  it('keeps a manifest that is already written, and replaces one that is not valid', async () => {
    await apply(run([make('one', 'a')]));
    box.requests.length = 0;
    await apply(run([make('one', 'a')]));
    expect(box.requests.map(({ doing }) => doing)).not.toContain('write the list of what is on the host');
    writeFileSync(`${box.folder}/one.lib/manifest.json`, '{ torn');
    expect(await apply(run([make('one', 'a')]))).toMatchObject({ outcome: 'done', changed: 0 });
    expect(box.events.some((event) => event.type === 'note' && event.text.includes('not valid'))).toBe(true);
    expect(idsIn('one')).toEqual(['one/thing:a']);
  });

  it('of the cloud is taken from keepers alone, and of a host from that host alone', async () => {
    const entry = (id: string, name: string) => ({
      id,
      kind: 'thing',
      step: 'old',
      record: { path: `${box.folder}/${name}` },
    });
    const wrote = (host: string, resources: readonly unknown[]): void => {
      mkdirSync(`${box.folder}/${host}.lib`, { recursive: true });
      writeFileSync(`${box.folder}/${host}.lib/manifest.json`, JSON.stringify({ version: 1, resources }));
    };
    for (const name of ['cloud', 'forged', 'foreign']) writeFileSync(`${box.folder}/${name}`, '');
    const api = new Set(['p']);
    const forged = { id: 'API/project:p', kind: 'project', step: 'old', record: { name: 'p' } };
    wrote('one', [entry('thing:cloud', 'cloud')]);
    wrote('two', [forged, entry('thing:forged', 'forged'), entry('one/thing:foreign', 'foreign')]);
    const only = { keepers: ['one'], api: async () => api };
    expect((await planOnly(run([], only))).changes.map(({ summary }) => summary)).toEqual(['remove cloud']);
    // The same words of a keeper count.
    const both = { keepers: ['one', 'two'], api: async () => api };
    expect((await planOnly(run([], both))).changes.map(({ summary }) => summary)).toEqual(
      expect.arrayContaining(['remove cloud', 'remove forged', 'delete project p']),
    );
  });

  it('stays described under another name for the same path', async () => {
    const made = make('one', 'same');
    await apply(run([made]));
    const renamed = resource(thing, 'one', 'other-name', { path: `${box.folder}/one-same` }, {});
    expect((await planOnly(run([renamed]))).changes).toEqual([]);
  });

  it('keeps running on a host that a step of the cloud has given up, unless that is asked for', async () => {
    const server: typeof thing = {
      ...thing,
      name: 'server',
      removal: { ...(thing.removal as NonNullable<typeof thing.removal>), keepsRunning: true },
    };
    const on = (host: string): Resource =>
      resource(server, host, 's', { path: `${box.folder}/${host}-server` }, {});
    const all = [on('one'), on('two'), make('two', 'settings')];
    const more = { kinds: [thing, server] };
    await apply(run(all, more));
    const [first] = all;
    const rest = first ? [first] : [];
    expect((await planOnly(run(rest, more))).changes).toEqual([]);
    expect(box.events).toContainEqual(
      expect.objectContaining({ type: 'note', text: expect.stringContaining('two/s') }),
    );
    const asked = await planOnly(run(rest, { ...more, remove: ['two/s'] }));
    expect(asked.changes.map(({ summary }) => summary)).toEqual(['remove two-settings', 'remove two-server']);
    // A step that the cloud no longer has runs nowhere: it is removed.
    expect((await planOnly(run([], more))).changes).toHaveLength(3);
  });

  it('is left alone where no kind knows how', async () => {
    mkdirSync(`${box.folder}/one.lib`);
    const entry = { id: 'one/ghost:g', kind: 'ghost', step: 'old', record: {} };
    writeFileSync(`${box.folder}/one.lib/manifest.json`, JSON.stringify({ version: 1, resources: [entry] }));
    expect((await planOnly(run([]))).changes).toEqual([]);
    expect(box.events).toContainEqual(
      expect.objectContaining({ type: 'note', text: expect.stringContaining('ghost') }),
    );
  });
});

it('does not take another text for a manifest', () => {
  expect(parseManifest('')).toEqual([]);
  expect(parseManifest('{"version":2,"resources":[]}')).toBeUndefined();
  expect(parseManifest('[]')).toBeUndefined();
});

it('takes only plain text from a manifest: a late value would be filled with a secret', () => {
  const entry = { id: 'one/thing:a', kind: 'thing', step: 's', record: { path: '/a' } };
  const kept = (change: object) =>
    parseManifest(JSON.stringify({ version: 1, resources: [{ ...entry, ...change }] }));
  expect(kept({})).toEqual([entry]);
  expect(kept({ record: { path: `${MARK}late` } })).toEqual([]);
  expect(kept({ id: `one/thing:${MARK}` })).toEqual([]);
  expect(kept({ record: { path: ['/a'] } })).toEqual([]);
  expect(kept({ record: null })).toEqual([]);
});
