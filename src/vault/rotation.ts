import { fail } from '../errors/problem.ts';
import type { Confidential } from '../secrets/confidential.ts';
import { vaultFileOf } from './keys.ts';
import { checkedVault, readVault, setInVault, writeVault } from './secrets.ts';
import { FERNET_KEY, makeFernetKey, ROTATION_MARK } from './table.ts';

/** Keys of a repository by number: 0 is staged, the highest encrypts, all decrypt. */
export type KeyRing = ReadonlyMap<number, string>;

export interface RotatedKeys {
  readonly keys: KeyRing;
  /** Number of the key that encrypts from now on. */
  readonly primary: number;
  /** Numbers of the keys that are gone, oldest first. */
  readonly removed: readonly number[];
}

/**
 * Rotates keys as `keystone-manage fernet_rotate` does: the staged key gets the highest number, `staged` takes its
 * place, and the oldest keys go until `most` are left. Undefined where there is no staged key.
 */
export function rotateKeys(ring: KeyRing, staged: string, most: number): RotatedKeys | undefined {
  const next = ring.get(0);
  if (next === undefined) return undefined;
  const primary = Math.max(...ring.keys()) + 1;
  const keys = new Map([...ring, [0, staged], [primary, next]]);
  const secondary = [...keys.keys()].filter((number) => number !== 0 && number !== primary);
  const removed = secondary.sort((a, b) => a - b).slice(0, Math.max(0, keys.size - Math.max(most, 2)));
  for (const number of removed) keys.delete(number);
  return { keys, primary, removed };
}

/** The keys as a rotation finds them. */
export interface KeysBefore {
  /** Time of the last rotation in milliseconds since the epoch. */
  readonly rotatedAt: number | undefined;
  readonly count: number;
}

export interface RotationOptions {
  /** Keys that are kept, the staged and the primary one among them. */
  readonly most: number;
  readonly now: Date;
  /** Throws where a rotation must wait. */
  readonly permit: (keys: KeysBefore) => void;
}

/**
 * Rotates the fernet keys in the vault; the next `apply` brings them to the hosts. Rejects with what `permit` throws,
 * VAULT_ROTATION_STAGED, VAULT_CHANGED, and as `readVault` does.
 */
export async function rotateFernetKeys(
  folder: string,
  password: Confidential,
  { most, now, permit }: RotationOptions,
): Promise<Omit<RotatedKeys, 'keys'>> {
  const { text, label, envelope } = await readVault(folder, password);
  const file = vaultFileOf(folder);
  const contents = checkedVault(text, file);
  const ring = new Map(
    [...contents].flatMap(([name, value]): [number, string][] =>
      FERNET_KEY.test(name) ? [[Number(name.slice('fernet_key_'.length)), value]] : [],
    ),
  );
  const mark = contents.get(ROTATION_MARK);
  permit({ rotatedAt: mark === undefined ? undefined : Date.parse(mark), count: ring.size });
  const rotated = rotateKeys(ring, makeFernetKey(), most);
  if (!rotated) return fail('VAULT_ROTATION_STAGED', { details: { file } });
  const { keys, primary, removed } = rotated;
  const values = new Map<string, string | undefined>([
    ...[...keys].map(([number, key]): [string, string] => [`fernet_key_${number}`, key]),
    ...removed.map((number): [string, undefined] => [`fernet_key_${number}`, undefined]),
    [ROTATION_MARK, now.toISOString()],
  ]);
  const changed = setInVault(
    text,
    new Map([...values].filter(([name, value]) => contents.get(name) !== value)),
  );
  await writeVault(folder, changed, password, { label, expected: envelope });
  return { primary, removed };
}
