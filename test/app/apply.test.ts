import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journaled } from '../../src/app/apply.ts';
import type { AppEvent, Caller } from '../../src/app/caller.ts';
import { note } from '../../src/app/caller.ts';
import { readDescription, validate } from '../../src/app/description.ts';
import { defaultAnswers, renderDescription } from '../../src/app/init/description.ts';
import { locked, neverApplied, open, openLocked } from '../../src/app/open.ts';
import { makeVaultOf } from '../../src/app/vault.ts';
import { journalFile } from '../../src/engine/journal.ts';
import { lockFile, takeLock } from '../../src/engine/lock.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';
import type { HostFacts } from '../../src/hosts/connection.ts';

let folder = '';
let file = '';
let events: AppEvent[] = [];
let caller: Caller;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-app-'));
  file = join(folder, 'cloud.yaml');
  writeFileSync(file, renderDescription({ ...defaultAnswers('all-in-one'), trial: true }));
  events = [];
  caller = {
    signal: new AbortController().signal,
    environment: {},
    emit: (event) => events.push(event),
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

const codesOf = async (work: Promise<unknown>): Promise<readonly string[]> =>
  await work.then(
    () => [],
    (error: unknown) => (error instanceof CloudwrightError ? error.problems.map(({ code }) => code) : ['?']),
  );

/** Leaves a run in the journal, that came to its first step or not. */
const begun = (came = true) =>
  journaled(folder, caller, async (journaling) => {
    const about = { run: 'r', cloud: 'trial', steps: [], hosts: [], version: '0', pid: 1 };
    journaling.emit({ at: 1, type: 'run-started', command: 'apply', ...about });
    if (came)
      journaling.emit({ at: 2, type: 'step-started', step: 's', title: 'S', hosts: [], resources: 0 });
  });

describe('a description', () => {
  it('is validated without a vault, and its problems are events', async () => {
    expect(await validate(file, caller)).toMatchObject({ valid: true, exitCode: 0 });
    writeFileSync(file, 'cloud: x\n');
    const found = await validate(file, caller);
    expect(found).toMatchObject({ valid: false, exitCode: 2, summary: [] });
    expect(events.every(({ type }) => type === 'problem')).toBe(true);
    expect(events.length).toBeGreaterThan(0);
    expect((await codesOf(readDescription(file, caller))).length).toBe(events.length);
  });
});

describe('opening a cloud', () => {
  it('never makes a vault unless it may', async () => {
    expect(await codesOf(open(file, caller))).toEqual(['VAULT_MISSING']);
    expect(await codesOf(open(file, caller))).toEqual(['VAULT_MISSING']);
    await makeVaultOf({ file }, caller);
    expect((await open(file, caller)).name).toBe('trial');
  });

  it('keeps no new secrets for hosts that were deployed before', async () => {
    const factsOf = (managed: boolean) => new Map([['one', { managed } as HostFacts]]);
    const keep = (managed: boolean) =>
      openLocked(file, 'apply', caller, async (_cloud, keepSecrets) => await keepSecrets(factsOf(managed)));
    expect(await codesOf(keep(true))).toEqual(['VAULT_LOST']);
    expect(existsSync(join(folder, 'vault.yml'))).toBe(false);
    expect(await codesOf(keep(false))).toEqual([]);
    expect(existsSync(join(folder, 'vault.yml'))).toBe(true);
    // Where there is a vault, such hosts are the rule.
    expect(await codesOf(keep(true))).toEqual([]);
  });

  it('makes a vault for the first run alone', async () => {
    await begun();
    expect(await codesOf(openLocked(file, 'apply', caller, async () => {}))).toEqual(['VAULT_MISSING']);
  });

  it('takes the lock before anything else', async () => {
    const lock = takeLock(lockFile(folder), 'apply');
    const never = async () => {
      throw new Error('not reached');
    };
    try {
      expect(await codesOf(locked(folder, 'test', caller, never))).toEqual(['RUN_LOCKED']);
      // Neither the description nor the vault is read: another run may be writing it.
      writeFileSync(file, 'not a description');
      expect(await codesOf(openLocked(file, 'apply', caller, never))).toEqual(['RUN_LOCKED']);
    } finally {
      lock.release();
    }
    expect(await locked(folder, 'test', caller, async () => 7)).toBe(7);
  });

  it('knows a cloud that was never applied by its journal', async () => {
    expect(neverApplied(folder)).toBe(true);
    // A host did not answer: nothing was changed, and the vault was not written.
    await begun(false);
    expect(neverApplied(folder)).toBe(true);
    await begun();
    expect(neverApplied(folder)).toBe(false);
  });
});

describe('what a run says', () => {
  it('is in the journal before the caller hears of it', async () => {
    const journal = journalFile(folder);
    const seen: string[] = [];
    const watching: Caller = { ...caller, emit: () => seen.push(readFileSync(journal, 'utf8')) };
    await journaled(folder, watching, async (journaling) => note(journaling, 'hello'));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('"text":"hello"');
  });
});
