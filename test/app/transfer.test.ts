import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importDescription } from '../../src/app/transfer.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';

const ANSWERS = `[general]
CONFIG_CONTROLLER_HOST=192.0.2.10
CONFIG_COMPUTE_HOSTS=192.0.2.10
CONFIG_NETWORK_HOSTS=192.0.2.10
CONFIG_KEYSTONE_ADMIN_PW=a-password-of-their-own
`;

let folder = '';
let answers = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-import-'));
  answers = join(folder, 'answers.txt');
  writeFileSync(answers, ANSWERS);
});
afterEach(() => rmSync(folder, { recursive: true }));

const passwordFile = (mode: number): string => {
  const file = join(folder, 'password');
  writeFileSync(file, 'correct horse battery\n', { mode });
  return file;
};

async function codesOf(file: string, mode: number): Promise<readonly string[]> {
  const caller = {
    signal: new AbortController().signal,
    environment: {},
    emit: () => {},
    vaultPasswordFile: passwordFile(mode),
  };
  const request = { paths: ['answers.txt'], folder, file, hints: {}, overwrite: true } as const;
  return await importDescription(request, caller).then(
    () => [],
    (error: unknown) => (error instanceof CloudwrightError ? error.problems.map(({ code }) => code) : ['?']),
  );
}

describe('an import', () => {
  it('never replaces a file that it reads', async () => {
    expect(await codesOf(answers, 0o600)).toEqual(['CLI_FILE_IS_SOURCE']);
    expect(readFileSync(answers, 'utf8')).toBe(ANSWERS);
  });

  it('writes nothing before it has the password of the vault', async () => {
    const file = join(folder, 'cloud.yaml');
    const codes = await codesOf(file, 0o644);
    expect(codes).toHaveLength(1);
    expect(codes[0]).toMatch(/^VAULT_/);
    expect(existsSync(file)).toBe(false);
    rmSync(join(folder, 'password'));
    expect(await codesOf(file, 0o600)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual([
      '.cloudwright',
      'answers.txt',
      'cloud.yaml',
      'password',
      'vault.yml',
    ]);
    expect(readdirSync(join(folder, '.cloudwright'))).toEqual(['.gitignore']);
  });
});
