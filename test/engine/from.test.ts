import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { from, lateValuesOf, withLateValues } from '../../src/engine/from.ts';
import { type ApiKind, apiResource, resource } from '../../src/engine/resource.ts';
import { apply, planOnly } from '../../src/engine/run.ts';
import { Confidential, reveal, text } from '../../src/secrets/confidential.ts';
import { type Toybox, toybox, toyFile, toyStep } from './toys.ts';

/** A network that has an id once it exists. */
const network: ApiKind<string, string | undefined, Map<string, string>> = {
  via: 'api',
  name: 'network',
  read: async (api, items) => items.map((name) => api.get(name)),
  compare: (name, id) => (id === undefined ? { summary: `create network ${name}` } : undefined),
  change: async (api, name) => {
    api.set(name, `id-of-${name}`);
  },
  outputs: (_name, id): Record<string, string> => (id === undefined ? {} : { id }),
};

let box: Toybox;
beforeEach(() => {
  box = toybox(['one']);
});
afterEach(() => box.remove());

describe('the token', () => {
  it('stands in texts, secrets, lists and objects, and comes out with its value', () => {
    const token = from('API/network:lb net', 'id');
    const secret = text`password=${new Confidential('hunter2')} net=${token}`;
    const desired = { content: `a = ${token}\n`, list: [token, 3, null], deep: { secret } };
    expect(lateValuesOf(desired)).toEqual([{ resource: 'API/network:lb net', output: 'id' }]);
    const filled = withLateValues(desired, (late) => `<${late.output} of ${late.resource}>`) as {
      content: string;
      list: unknown[];
      deep: { secret: Confidential };
    };
    expect(filled.content).toBe('a = <id of API/network:lb net>\n');
    expect(filled.list).toEqual(['<id of API/network:lb net>', 3, null]);
    expect(reveal(filled.deep.secret)).toBe('password=hunter2 net=<id of API/network:lb net>');
    expect(String(filled.deep.secret)).toBe('password=•••• net=<id of API/network:lb net>');
  });

  it('leaves values without tokens as they are', () => {
    const desired = { a: [1, { b: 'x' }], c: new Confidential('y') };
    expect(lateValuesOf(desired)).toEqual([]);
    expect(withLateValues(desired, () => 'z')).toEqual(desired);
  });
});

describe('a run with a late value', () => {
  const net = apiResource(network, 'lb', 'lb');
  const steps = () => {
    const path = `${box.folder}/octavia.conf`;
    const content = `networks = ${from(net, 'id')}\n`;
    return [
      toyStep('conf', [resource(toyFile, 'one', 'octavia.conf', { path, content })]),
      toyStep('network', [net]),
    ];
  };

  it('converges the source first, in whatever step, and writes its value', async () => {
    const api = new Map<string, string>();
    const input = () => box.input(steps(), { api: async () => api });
    const plan = await planOnly(input());
    expect(plan.changes).toMatchObject([
      { step: 'conf', summary: 'known after API/network:lb' },
      { step: 'network', summary: 'create network lb' },
    ]);
    expect(existsSync(`${box.folder}/octavia.conf`)).toBe(false);
    expect(await apply(input())).toMatchObject({ outcome: 'done', changed: 2 });
    expect(readFileSync(`${box.folder}/octavia.conf`, 'utf8')).toBe('networks = id-of-lb\n');
    expect((await planOnly(input())).changes).toEqual([]);
    expect(await apply(input())).toMatchObject({ outcome: 'done', changed: 0 });
  });

  it('shows the difference once the source exists', async () => {
    const api = new Map([['lb', 'id-7']]);
    const plan = await planOnly(box.input(steps(), { api: async () => api }));
    expect(plan.changes).toMatchObject([
      { resource: 'one/file:octavia.conf', difference: '-\n+networks = id-7\n' },
    ]);
  });

  it('fails with the source when that gives no such value', async () => {
    const path = `${box.folder}/a`;
    const wants = resource(toyFile, 'one', 'a', { path, content: from(net, 'mtu') });
    await apply(box.input([toyStep('s', [net, wants])], { api: async () => new Map() }));
    expect(box.problems).toMatchObject([{ code: 'LATE_VALUE_MISSING', place: { resource: 'one/file:a' } }]);
    expect(existsSync(path)).toBe(false);
  });
});
