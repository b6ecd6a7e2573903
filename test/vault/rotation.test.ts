import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Confidential } from '../../src/secrets/confidential.ts';
import { makeVault, setSecrets, viewVault } from '../../src/vault/actions.ts';
import { type KeyRing, rotateFernetKeys, rotateKeys } from '../../src/vault/rotation.ts';
import { parseVault } from '../../src/vault/secrets.ts';
import { makeFernetKey } from '../../src/vault/table.ts';
import { openVault } from '../../src/vault/vault.ts';
import { cloudIn, codesOf, found, newFolder, word } from './folder.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const allow = { most: 5, now: NOW, permit: () => undefined };

/** The fernet keys in a vault by number. */
async function keysIn(folder: string): Promise<KeyRing> {
  const contents = parseVault((await viewVault(folder, word)).reveal());
  return new Map(
    [...contents].flatMap(([name, value]): [number, string][] => {
      const number = /^fernet_key_(\d+)$/.exec(name)?.[1];
      return number === undefined ? [] : [[Number(number), value]];
    }),
  );
}

describe('the numbers of keys', () => {
  it('follow Keystone: staged becomes primary, the oldest go', () => {
    const ring = new Map([
      [0, 's'],
      [1, 'a'],
      [2, 'b'],
    ]);
    const first = rotateKeys(ring, 't', 4);
    expect([...(first?.keys ?? [])].sort(([a], [b]) => a - b)).toEqual([
      [0, 't'],
      [1, 'a'],
      [2, 'b'],
      [3, 's'],
    ]);
    expect(first).toMatchObject({ primary: 3, removed: [] });
    const second = rotateKeys(first?.keys ?? ring, 'u', 3);
    expect(second).toMatchObject({ primary: 4, removed: [1, 2] });
    expect([...(second?.keys ?? [])].map(([number]) => number).sort()).toEqual([0, 3, 4]);
    expect(rotateKeys(new Map([[1, 'a']]), 's', 3)).toBeUndefined();
  });
});

/** A host as Keystone sees it: the highest number encrypts, every number decrypts. */
class KeystoneHost {
  keys: KeyRing;
  constructor(keys: KeyRing) {
    this.keys = keys;
  }
  issue(): string {
    return this.keys.get(Math.max(...this.keys.keys())) ?? '';
  }
  accepts(token: string): boolean {
    return [...this.keys.values()].includes(token);
  }
}

/** Hours that a token may be used. */
const LIFETIME = 49;

interface Rule {
  /** Hours between a distribution and the next rotation. */
  readonly pause: number;
  /** Whether a rotation waits until every host has the keys of the last one. */
  readonly distributed: boolean;
}

const action = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 60 }).map((hours) => ({ do: 'wait' as const, hours })) },
  { weight: 3, arbitrary: fc.nat({ max: 2 }).map((host) => ({ do: 'distribute' as const, host })) },
  { weight: 2, arbitrary: fc.constant({ do: 'distribute all' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'rotate' as const }) },
);

/** Plays waits, distributions and rotations on three hosts; gives the number of rotations, or where a token failed. */
function play(rule: Rule): { readonly failed: boolean; readonly rotations: number } {
  let rotations = 0;
  const property = fc.property(
    fc.array(action, { minLength: 60, maxLength: 120 }),
    fc.integer({ min: 3, max: 6 }),
    (actions, most) => {
      let ring: KeyRing = new Map([
        [0, makeFernetKey()],
        [1, makeFernetKey()],
      ]);
      const hosts = [0, 1, 2].map(() => new KeystoneHost(ring));
      let now = 0;
      let distributedAt: number | undefined = 0;
      let tokens: { readonly value: string; readonly until: number }[] = [];
      const distribute = (targets: readonly KeystoneHost[]) => {
        for (const host of targets) host.keys = ring;
        if (hosts.every(({ keys }) => keys === ring)) distributedAt ??= now;
      };
      const mayRotate = () =>
        distributedAt === undefined ? !rule.distributed : now >= distributedAt + rule.pause;
      for (const step of actions) {
        if (step.do === 'wait') now += step.hours;
        else if (step.do === 'distribute') distribute(hosts.slice(step.host, step.host + 1));
        else if (step.do === 'distribute all') distribute(hosts);
        else if (mayRotate()) {
          ring = rotateKeys(ring, makeFernetKey(), most)?.keys ?? ring;
          distributedAt = undefined;
          rotations += 1;
        }
        tokens = tokens.filter(({ until }) => until > now);
        for (const host of hosts) tokens.push({ value: host.issue(), until: now + LIFETIME });
        if (!tokens.every(({ value }) => hosts.every((host) => host.accepts(value)))) return false;
      }
      return true;
    },
  );
  return { failed: fc.check(property).failed, rotations };
}

describe('tokens in use', () => {
  it('are accepted by every host through rotations and partial distributions', () => {
    const { failed, rotations } = play({ pause: LIFETIME, distributed: true });
    expect(failed).toBe(false);
    expect(rotations).toBeGreaterThan(100);
  });

  it('would fail if a rotation waited for less', () => {
    expect(play({ pause: 0, distributed: true }).failed).toBe(true);
    expect(play({ pause: LIFETIME, distributed: false }).failed).toBe(true);
  });
});

describe('a rotation in the vault', () => {
  it('promotes the staged key, keeps at most so many, and marks its time', async () => {
    const folder = await newFolder();
    const cloud = cloudIn(folder);
    await makeVault(cloud, found);
    const before = await keysIn(folder);
    expect([...before.keys()].sort()).toEqual([0, 1]);
    expect(await rotateFernetKeys(folder, word, allow)).toEqual({ primary: 2, removed: [] });
    const after = await keysIn(folder);
    expect(after.get(2)).toBe(before.get(0));
    expect(after.get(1)).toBe(before.get(1));
    expect(after.get(0)).not.toBe(before.get(0));
    for (let round = 3; round <= 4; round += 1) await rotateFernetKeys(folder, word, allow);
    expect(await rotateFernetKeys(folder, word, allow)).toEqual({ primary: 5, removed: [1] });
    expect([...(await keysIn(folder)).keys()].sort()).toEqual([0, 2, 3, 4, 5]);
    expect((await viewVault(folder, word)).reveal()).toContain(
      'fernet_rotated_at: "2026-03-01T12:00:00.000Z"',
    );
    // The first key is gone for good; the numbered ones reach the cloud.
    const vault = await openVault(cloud, found, { mayCreate: false });
    expect(vault.generated).toEqual([]);
    const names = Object.keys(vault.secrets).filter((name) => name.startsWith('fernet_'));
    expect(names.sort()).toEqual([0, 2, 3, 4, 5].map((number) => `fernet_key_${number}`));
    expect(vault.secrets.fernet_key_5).toBeInstanceOf(Confidential);
  });

  it('says when the last one was, and changes nothing where it is refused', async () => {
    const folder = await newFolder();
    await makeVault(cloudIn(folder), found);
    const seen: unknown[] = [];
    const permit = (keys: unknown) => seen.push(keys);
    await rotateFernetKeys(folder, word, { ...allow, permit });
    await rotateFernetKeys(folder, word, { ...allow, permit });
    expect(seen).toEqual([
      { rotatedAt: undefined, count: 2 },
      { rotatedAt: NOW.getTime(), count: 3 },
    ]);
    const before = await viewVault(folder, word);
    const refuse = () => {
      throw new Error('refused');
    };
    await expect(rotateFernetKeys(folder, word, { ...allow, permit: refuse })).rejects.toThrow('refused');
    expect((await viewVault(folder, word)).reveal()).toBe(before.reveal());
  });

  it('needs a staged key, and valid keys', async () => {
    const folder = await newFolder();
    const key = (name: string, text: string) => ({ [name]: new Confidential(text) });
    await setSecrets(folder, found, key('fernet_key_3', makeFernetKey()), { mayCreate: true });
    expect(await codesOf(() => rotateFernetKeys(folder, word, allow))).toEqual(['VAULT_ROTATION_STAGED']);
    expect(await codesOf(() => setSecrets(folder, found, key('fernet_key_7', 'nonsense')))).toEqual([
      'VAULT_SECRET_FORM',
    ]);
    expect(await codesOf(() => setSecrets(folder, found, key('fernet_rotated_at', 'yesterday')))).toEqual([
      'VAULT_SECRET_FORM',
    ]);
    const { generated } = await openVault(cloudIn(folder), found, { mayCreate: false });
    expect(generated).toContain('fernet_key_0');
    expect(generated).not.toContain('fernet_key_1');
  });
});
