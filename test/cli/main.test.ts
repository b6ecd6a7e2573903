import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
let folder = '';
let bundle = '';

beforeAll(async () => {
  // Inside the checkout, so that the bundle finds the packages it leaves out.
  mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true });
  folder = mkdtempSync(join(root, 'node_modules', '.cache', 'cli-test-'));
  bundle = join(folder, 'cloudwright.mjs');
  await build({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.sh': 'text' },
    logLevel: 'error',
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(words: readonly string[], environment: Record<string, string> = {}) {
  return spawnSync(process.execPath, [bundle, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

/** Settles when the child has said the text on standard error. */
function heard(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    child.stderr?.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes(text)) resolve();
    });
  });
}

describe('the command as a process', () => {
  it('prints its version and ends with 0', () => {
    const { status, stdout } = run(['--version']);
    expect([status, stdout]).toEqual([0, '0.1.0\n']);
  });

  it('ends with 2 on bad input, says why on standard error, and colours nothing in a pipe', () => {
    const { status, stdout, stderr } = run(['validte']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('did you mean cloudwright validate?');
    expect(stderr).not.toContain('\x1b');
  });

  it('says that there is no description, and names the command that writes one', () => {
    const { status, stderr } = run(['plan', '--file', 'nothing.yaml']);
    expect(status).toBe(2);
    expect(stderr).toContain('nothing.yaml');
    expect(stderr).toContain('cloudwright init');
  });

  it('is quiet when the reader goes away', () => {
    const line = `"${process.execPath}" "${bundle}" completion zsh | head -c 10; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/0\n$/);
  });

  it('lets work finish at the first interruption and ends at the second with 3', async () => {
    run(['init', '--defaults', '--trial']);
    const ssh = join(folder, 'ssh');
    writeFileSync(ssh, '#!/bin/sh\necho reached >&2\nexec sleep 30\n', { mode: 0o755 });
    const child = spawn(process.execPath, [bundle, 'ping'], {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    await heard(child, 'secrets were generated');
    child.kill('SIGINT');
    await heard(child, 'Interrupted: what is under way finishes first');
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await ended).toBe(3);
  });
});
