import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DescribedCloud } from '../../src/cloud/build.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';
import { Confidential } from '../../src/secrets/confidential.ts';
import { vaultFileOf } from '../../src/vault/keys.ts';
import type { VaultPassword } from '../../src/vault/password.ts';
import { checkSecrets, parseVault, readVault, type VaultContents } from '../../src/vault/secrets.ts';
import { VALID } from '../cloud/broken/case.ts';

export const word = new Confidential('a vault password');
export const found: VaultPassword = { password: word, source: 'file' };

/** What the vault of a folder holds; fails where a value in it is not valid. */
export async function loadSecrets(folder: string, password: Confidential): Promise<VaultContents> {
  const contents = parseVault((await readVault(folder, password)).text);
  const problems = checkSecrets(contents, vaultFileOf(folder));
  if (problems.length > 0) throw new CloudwrightError(problems);
  return contents;
}

/** A folder that is removed after the test; the hook is the test's own, since modules are loaded once for all files. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudwright-vault-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function cloudIn(folder: string, change: (text: string) => string = (text) => text): DescribedCloud {
  const { cloud } = parseDescription(change(VALID), { file: 'cloud.yaml', folder, home: '/root' });
  if (!cloud) throw new Error('the description is not valid');
  return cloud;
}

/** The codes that an action fails with; none when it does not. */
export async function codesOf(action: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await action();
    return [];
  } catch (error) {
    if (error instanceof CloudwrightError) return error.problems.map((p) => p.code);
    throw error;
  }
}
