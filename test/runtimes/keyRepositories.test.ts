import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Resource } from '../../src/engine/resource.ts';
import { apply, planOnly } from '../../src/engine/run.ts';
import type { Connections } from '../../src/hosts/connection.ts';
import { keyRepositories } from '../../src/runtimes/keyRepositories.ts';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import type { HostContext } from '../../src/services/definition.ts';
import { identity } from '../../src/services/identity.ts';
import { type KeyRing, rotateKeys } from '../../src/vault/rotation.ts';
import { type Toybox, toybox, toyStep } from '../engine/toys.ts';

let box: Toybox;
beforeEach(() => {
  box = toybox(['control1']);
});
afterEach(() => box.remove());

/** The host keeps its manifest in the folder of the test. */
function connections(): Connections {
  return {
    ...box.connections,
    get: async (host) => {
      const connection = await box.connections.get(host);
      const folder = `${box.folder}/lib`;
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

function resources(ring: KeyRing, roles = ['control']): readonly Resource[] {
  const secrets = Object.fromEntries(
    [...ring].map(([number, key]) => [`fernet_key_${number}`, new Confidential(key)]),
  );
  const context = {
    cloud: { secrets },
    host: { name: 'control1', roles: new Set(roles) },
    project: {
      configuration: box.folder,
      user: userInfo().username,
      group: execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim(),
    },
  };
  return keyRepositories(identity, context as unknown as HostContext);
}

function run(ring: KeyRing) {
  box.events.length = 0;
  return box.input([toyStep('identity', resources(ring))], {
    connections: connections(),
  });
}

const folder = () => `${box.folder}/fernet-keys`;
const onHost = (): KeyRing =>
  new Map(readdirSync(folder()).map((name) => [Number(name), readFileSync(`${folder()}/${name}`, 'utf8')]));
const sorted = (ring: KeyRing) => [...ring].sort(([a], [b]) => a - b);

describe('key repositories', () => {
  it('get the new primary key before the staged one changes, and lose the removed one last', async () => {
    const before: KeyRing = new Map([
      [0, 'staged'],
      [1, 'oldest'],
      [2, 'primary'],
    ]);
    expect(await apply(run(before))).toMatchObject({ outcome: 'done' });
    expect(sorted(onHost())).toEqual(sorted(before));
    const after = rotateKeys(before, 'new', 3)?.keys ?? before;
    const plan = await planOnly(run(after));
    expect(plan.changes.map(({ step, summary }) => `${step}: ${summary}`)).toEqual([
      `identity: write ${folder()}/3`,
      `identity: write ${folder()}/0`,
      `removal: remove ${folder()}/1`,
    ]);
    const differences = plan.changes.map(({ difference }) => difference ?? '').join('\n');
    expect(differences).toContain('-••••\n+••••');
    expect(differences).not.toContain('staged');
    expect(await apply(run(after))).toMatchObject({ outcome: 'done', changed: 3 });
    expect(sorted(onHost())).toEqual([
      [0, 'new'],
      [2, 'primary'],
      [3, 'staged'],
    ]);
    expect(await apply(run(after))).toMatchObject({ outcome: 'done', changed: 0 });
  });

  it('make the staged key wait for every other one', () => {
    const all = resources(
      new Map([
        [0, 'a'],
        [7, 'b'],
        [12, 'c'],
      ]),
    );
    const staged = all.find(({ id }) => id.endsWith('/fernet-keys/0'));
    expect(staged?.after).toEqual(
      expect.arrayContaining([expect.stringMatching(/\/7$/), expect.stringMatching(/\/12$/)]),
    );
    expect(resources(new Map([[0, 'a']]), ['compute'])).toEqual([]);
  });
});
