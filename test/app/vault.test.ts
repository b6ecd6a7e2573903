import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { test } from '../../src/app/acceptance.ts';
import { apply, journaled } from '../../src/app/apply.ts';
import type { AppEvent, Caller } from '../../src/app/caller.ts';
import { validate } from '../../src/app/description.ts';
import { defaultAnswers, renderDescription } from '../../src/app/init/description.ts';
import { open, openLocked } from '../../src/app/open.ts';
import { rotateFernet } from '../../src/app/rotation.ts';
import { status } from '../../src/app/status.ts';
import { importDescription } from '../../src/app/transfer.ts';
import { editVaultOf, makeVaultOf, rekeyVaultOf, viewVaultOf } from '../../src/app/vault.ts';
import { lockFile, takeLock } from '../../src/engine/lock.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';
import { encryptVault } from '../../src/vault/format.ts';
import { keyFileOf, pendingKeyFileOf, vaultFileOf } from '../../src/vault/keys.ts';

const ANSWERS = `[general]
CONFIG_CONTROLLER_HOST=192.0.2.10
CONFIG_COMPUTE_HOSTS=192.0.2.10
CONFIG_NETWORK_HOSTS=192.0.2.10
CONFIG_KEYSTONE_ADMIN_PW=a-password-of-their-own
`;

let folder = '';
let file = '';
let events: AppEvent[] = [];
let caller: Caller;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-vault-'));
  file = join(folder, 'cloud.yaml');
  writeFileSync(file, renderDescription({ ...defaultAnswers('all-in-one'), trial: true }));
  events = [];
  caller = { signal: new AbortController().signal, environment: {}, emit: (event) => events.push(event) };
});
afterEach(() => rmSync(folder, { recursive: true }));

async function codesOf(work: Promise<unknown>): Promise<readonly string[]> {
  return await work.then(
    () => [],
    (error: unknown) => {
      if (error instanceof CloudwrightError) return error.problems.map(({ code }) => code);
      throw error;
    },
  );
}

const importAnswers = (asking: Caller = caller) => {
  writeFileSync(join(folder, 'answers.txt'), ANSWERS);
  return importDescription({ paths: ['answers.txt'], folder, file, hints: {}, overwrite: true }, asking);
};

/** Every file below the folder with its content, mode and time of change. */
function filesOf(): readonly unknown[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { mode, mtimeMs } = statSync(path);
      return [path, readFileSync(path, 'utf8'), mode, mtimeMs];
    });
}

/** Leaves a run in the journal that came to its first step. */
const applied = () =>
  journaled(folder, caller, async ({ emit }) => {
    const about = { run: 'r', cloud: 'trial', steps: [], hosts: [], version: '0', pid: 1 };
    emit({ at: 1, type: 'run-started', command: 'apply', ...about });
    emit({ at: 2, type: 'step-started', step: 's', title: 'S', hosts: [], resources: 0 });
  });

describe('the lock of a cloud', () => {
  it('keeps every command out that may write the vault or a key', async () => {
    await makeVaultOf({ file }, caller);
    writeFileSync(join(folder, 'answers.txt'), ANSWERS);
    const lock = takeLock(lockFile(folder), 'vault edit');
    const before = filesOf();
    try {
      const commands: readonly (() => Promise<unknown>)[] = [
        () => makeVaultOf({ file }, caller),
        () => editVaultOf({ file, editor: 'true' }, caller),
        () => rekeyVaultOf({ file }, caller),
        () => rotateFernet({ file }, caller),
        importAnswers,
        () => apply({ file }, caller),
        () => openLocked(file, 'up', caller, async () => undefined),
        () => test({ file }, caller),
      ];
      for (const command of commands) expect(await codesOf(command())).toEqual(['RUN_LOCKED']);
      const unchanged = (files: readonly unknown[]) =>
        files.filter((found) => !String((found as unknown[])[0]).endsWith('answers.txt'));
      expect(unchanged(filesOf())).toEqual(unchanged(before));
    } finally {
      lock.release();
    }
    await rekeyVaultOf({ file }, caller);
    expect((await open(file, caller)).name).toBe('trial');
  });

  it('is not needed by commands that only read, and they write nothing', async () => {
    await makeVaultOf({ file }, caller);
    // A change of keys is under way: the vault has the pending key already.
    const text = (await viewVaultOf({ file }, caller)).reveal();
    // Something is missing, as in a vault of an earlier version.
    const older = text.split('\n').filter((line) => !line.startsWith('password_mark_key:'));
    writeFileSync(pendingKeyFileOf(folder), 'the pending key of a rekey\n', { mode: 0o600 });
    writeFileSync(vaultFileOf(folder), encryptVault(older.join('\n'), 'the pending key of a rekey'));
    const lock = takeLock(lockFile(folder), 'vault rekey');
    const before = filesOf();
    try {
      expect((await viewVaultOf({ file }, caller)).reveal()).toBe(older.join('\n'));
      // `plan`, `verify`, `ping` and `toolbox` open the cloud in the same way before they reach hosts.
      expect((await open(file, caller)).name).toBe('trial');
      expect(await validate(file, caller)).toMatchObject({ valid: true });
      expect(await status({ file, recorded: true }, caller)).toMatchObject({
        owner: { command: 'vault rekey' },
      });
      expect(filesOf()).toEqual(before);
    } finally {
      lock.release();
    }
    // The next command that writes completes the change of keys.
    await editVaultOf({ file, editor: 'true' }, caller);
    expect(readFileSync(keyFileOf(folder), 'utf8')).toBe('the pending key of a rekey\n');
    expect(readdirSync(join(folder, '.cloudwright'))).not.toContain('vault-key.new');
  });

  it('is left behind by a killed command and taken over, which is said', async () => {
    await makeVaultOf({ file }, caller);
    const owner = { pid: 1, processStart: 'long ago', user: 'root', command: 'vault rekey', since: 'then' };
    writeFileSync(lockFile(folder), JSON.stringify(owner));
    await editVaultOf({ file, editor: 'true' }, caller);
    expect(events).toContainEqual(
      expect.objectContaining({
        text: 'Process 1 (vault rekey, since then) ended without finishing. Its lock was taken over.',
      }),
    );
  });

  it('is not taken through a symbolic link in place of its folder', async () => {
    const target = mkdtempSync(join(folder, 'target-'));
    symlinkSync(target, join(folder, '.cloudwright'));
    expect(await codesOf(makeVaultOf({ file }, caller))).toEqual(['VAULT_UNREADABLE']);
    expect(readdirSync(target)).toEqual([]);
  });
});

describe('a lost vault', () => {
  it('is replaced by no command that makes one', async () => {
    await applied();
    const before = filesOf().length;
    expect(await codesOf(makeVaultOf({ file }, caller))).toEqual(['VAULT_DEPLOYED']);
    expect(await codesOf(importAnswers())).toEqual(['VAULT_DEPLOYED']);
    expect(await codesOf(openLocked(file, 'apply', caller, async () => undefined))).toEqual([
      'VAULT_MISSING',
    ]);
    expect(readdirSync(folder)).not.toContain('vault.yml');
    expect(readdirSync(join(folder, '.cloudwright'))).not.toContain('vault-key');
    // The imported answers, and what the state folder ignores.
    expect(filesOf()).toHaveLength(before + 2);
  });

  it('is no reason to refuse secrets for a vault that is there', async () => {
    await makeVaultOf({ file }, caller);
    await applied();
    expect(await codesOf(importAnswers())).toEqual([]);
  });
});

describe('a chosen password', () => {
  const asking = (answer: string): Caller => ({
    ...caller,
    questions: {
      secret: async (question) => (question.startsWith('New vault password') ? answer : ''),
      text: async () => '',
      confirm: async () => false,
    },
  });

  it('has at least sixteen characters, however it is given', async () => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'fifteen letters\n', { mode: 0o600 });
    const short = ['VAULT_PASSWORD_SHORT'];
    const given = { ...caller, vaultPasswordFile: passwordFile };
    expect(await codesOf(makeVaultOf({ file, ask: true }, asking('fifteen letters')))).toEqual(short);
    expect(await codesOf(makeVaultOf({ file }, given))).toEqual(short);
    const description = readFileSync(file, 'utf8');
    expect(await codesOf(importAnswers(given))).toEqual(short);
    expect(readFileSync(file, 'utf8')).toBe(description);
    expect(readdirSync(folder)).not.toContain('vault.yml');
    await makeVaultOf({ file }, caller);
    expect(await codesOf(rekeyVaultOf({ file, ask: true }, asking('fifteen letters')))).toEqual(short);
    expect(await codesOf(rekeyVaultOf({ file, newPasswordFile: passwordFile }, caller))).toEqual(short);
    expect(await codesOf(rekeyVaultOf({ file, ask: true }, asking('sixteen letters!')))).toEqual([]);
  });

  it('that is shorter still opens a vault that exists, with one warning a command', async () => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'short\n', { mode: 0o600 });
    writeFileSync(vaultFileOf(folder), encryptVault('admin_password: Own.Choice-1\n', 'short'));
    const given = { ...caller, vaultPasswordFile: passwordFile };
    const warnings = () => {
      const seen = events.splice(0).filter((event) => event.type === 'problem');
      return seen.map(({ problem: { code, severity } }) => [code, severity]);
    };
    const expected = [['VAULT_PASSWORD_SHORT', 'warning']];
    await viewVaultOf({ file }, given);
    expect(warnings()).toEqual(expected);
    await editVaultOf({ file, editor: 'true' }, given);
    expect(warnings()).toEqual(expected);
    await open(file, given);
    expect(warnings()).toEqual(expected);
    await rekeyVaultOf({ file }, given);
    await open(file, caller);
    expect(warnings()).toEqual([]);
  });
});
