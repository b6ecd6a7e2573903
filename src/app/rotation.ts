import { dirname } from 'node:path';
import type { DescribedCloud } from '../cloud/build.ts';
import { journalFile, readJournal } from '../engine/journal.ts';
import { fail } from '../errors/problem.ts';
import { tokens } from '../services/shared/tokens.ts';
import { findVaultPassword, shortPasswordProblems } from '../vault/password.ts';
import { type KeysBefore, type RotatedKeys, rotateFernetKeys } from '../vault/rotation.ts';
import { type AppEvent, type Caller, emitProblems } from './caller.ts';
import { readDescription } from './description.ts';
import { locked, vaultOptions } from './open.ts';

type Described = Pick<DescribedCloud, 'hosts' | 'overrides'>;

/**
 * Rotates the fernet keys in the vault of a cloud. Throws RUN_LOCKED, VAULT_ROTATION_PENDING, VAULT_ROTATION_EARLY,
 * VAULT_* and the problems of the description.
 */
export async function rotateFernet(
  request: { readonly file: string; readonly now?: Date },
  caller: Caller,
): Promise<Omit<RotatedKeys, 'keys'>> {
  const { now = new Date() } = request;
  const folder = dirname(request.file);
  // A run has read the keys at its start: none may be under way. Runs on other machines have a vault of their own.
  return await locked(folder, 'vault rotate', caller, async () => {
    const { cloud } = await readDescription(request.file, caller);
    const { password } = await findVaultPassword(folder, vaultOptions(caller));
    emitProblems(caller, shortPasswordProblems(password));
    const events = readJournal(journalFile(folder));
    return await rotateFernetKeys(folder, password, {
      most: rotationRule(cloud).most,
      now,
      permit: (keys) => permitRotation(cloud, events, keys, now.getTime()),
    });
  });
}

/**
 * How many keys are kept, and how long a token may be used after it was issued, in seconds. Hosts may have overrides of
 * their own: the smallest number and the longest life are safe for all.
 */
export function rotationRule({ overrides }: Pick<Described, 'overrides'>): {
  readonly most: number;
  readonly lifetimeSeconds: number;
} {
  const set = (section: string, option: string): readonly number[] =>
    overrides
      .filter(
        (found) => found.file === 'keystone.conf' && found.section === section && found.option === option,
      )
      .map(({ value }) => Number(value))
      .filter((value) => Number.isFinite(value) && value > 0);
  const own = set('fernet_tokens', 'max_active_keys');
  return {
    most: own.length > 0 ? Math.min(...own) : tokens.maxActiveKeys,
    lifetimeSeconds:
      Math.max(tokens.expirationSeconds, ...set('token', 'expiration')) +
      Math.max(tokens.expiredWindowSeconds, ...set('token', 'allow_expired_window')),
  };
}

/**
 * A rotation waits until the keys of the last one are on all control hosts, and then until every token of the key that
 * was the primary one before has expired. Whatever key it removes then, no token in use needs it.
 */
function permitRotation(
  cloud: Described,
  events: readonly AppEvent[],
  { rotatedAt, count }: KeysBefore,
  now: number,
): void {
  const controls = cloud.hosts.filter((host) => host.roles.has('control')).map((host) => host.name);
  const distributed = distributedAt(events, rotatedAt ?? 0, controls);
  if (distributed === undefined) {
    const since = rotatedAt === undefined ? 'the vault was made' : new Date(rotatedAt).toISOString();
    fail('VAULT_ROTATION_PENDING', { details: { since } });
  }
  const { most, lifetimeSeconds } = rotationRule(cloud);
  // The first rotation of a new cloud removes no key.
  if (rotatedAt === undefined && count < most) return;
  const at = distributed + lifetimeSeconds * 1000;
  if (now >= at) return;
  const hours = Math.ceil(lifetimeSeconds / 3600);
  fail('VAULT_ROTATION_EARLY', { details: { at: new Date(at).toISOString(), hours } });
}

/**
 * When the keys of the vault had reached all control hosts: the first run that was begun after the rotation, ended well
 * without leaving one of them out, and verified Keystone. Milliseconds since the epoch.
 */
export function distributedAt(
  events: readonly AppEvent[],
  since: number,
  controls: readonly string[],
): number | undefined {
  let verifiedAt: number | undefined;
  let counts = false;
  for (const event of events) {
    if (event.type === 'run-started') {
      verifiedAt = undefined;
      const applies = event.command === 'apply' || event.command === 'up';
      counts = applies && event.at >= since && controls.every((host) => event.hosts.includes(host));
    } else if (event.type === 'host-unreachable') counts = false;
    else if (event.type === 'step-verified' && event.step === 'identity') verifiedAt = event.at;
    else if (event.type === 'run-finished' && event.outcome === 'done' && counts && verifiedAt !== undefined)
      return verifiedAt;
  }
  return undefined;
}
