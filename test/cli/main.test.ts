import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lineSchema } from '../../src/cli/output/schema.ts';

const root = join(import.meta.dirname, '..', '..');
let folder = '';
let bundle = '';

beforeAll(() => {
  // Inside the checkout, so that the bundle finds the packages it leaves out.
  mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true });
  folder = mkdtempSync(join(root, 'node_modules', '.cache', 'cli-test-'));
  bundle = join(folder, 'cloudwright.mjs');
  const built = spawnSync(process.execPath, ['scripts/build.mjs', folder], { cwd: root, encoding: 'utf8' });
  expect(built.status, built.stderr).toBe(0);
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

  it('finishes a run whose reader goes away, and ends with the exit code of the run', () => {
    run(['init', '--defaults', '--trial', '--force']);
    expect(run(['vault', 'make']).status).toBe(0);
    const ssh = join(folder, 'ssh');
    writeFileSync(ssh, '#!/bin/sh\nexit 255\n', { mode: 0o755 });
    const journal = join(folder, '.cloudwright', 'journal.jsonl');
    const line = `"${process.execPath}" "${bundle}" apply --json | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('1\n');
    expect(readFileSync(journal, 'utf8')).toContain('"type":"run-finished","outcome":"failed"');
  });

  it('runs the acceptance test as a run of one step: one stream, and the same in the journal', () => {
    const disk = Buffer.alloc(4096);
    disk.writeUInt16BE(0x55aa, 510);
    writeFileSync(join(folder, 'guest.img'), disk);
    writeFileSync(join(folder, 'ssh'), '#!/bin/sh\nexit 255\n', { mode: 0o755 });
    const range = [
      '--provider-network',
      '203.0.113.0/24',
      '--first',
      '203.0.113.50',
      '--last',
      '203.0.113.60',
    ];
    const path = { PATH: `${folder}:${process.env.PATH}` };
    const { status, stdout } = run(['test', '--json', '--image', 'guest.img', ...range], path);
    expect(status).toBe(1);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) expect(lineSchema().safeParse(line).error, line.type).toBeUndefined();
    const types = lines.map(({ type }) => type);
    expect([types[0], types[1]]).toEqual(['run-started', 'step-started']);
    expect(types.slice(-3)).toEqual(['step-failed', 'run-finished', 'result']);
    expect(types).toContain('check-failed');
    expect(lines.at(-1)).toMatchObject({ command: 'test', ok: false, data: { outcome: 'failed' } });
    const journal = readFileSync(join(folder, '.cloudwright', 'journal.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const kept = journal.slice(-(lines.length - 1)).map((line) => JSON.parse(line).type);
    expect(kept).toEqual(types.slice(0, -1));
  });

  it('lets work finish at the first interruption and ends at the second with 3', async () => {
    run(['init', '--defaults', '--trial']);
    run(['vault', 'make']);
    const ssh = join(folder, 'ssh');
    writeFileSync(ssh, '#!/bin/sh\ntouch reached\nexec sleep 30\n', { mode: 0o755 });
    const child = spawn(process.execPath, [bundle, 'ping'], {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    await vi.waitFor(() => expect(existsSync(join(folder, 'reached'))).toBe(true), 20_000);
    child.kill('SIGINT');
    await heard(child, 'Interrupted. Finishing running changes; press Ctrl-C again to quit now.');
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await ended).toBe(3);
  });
});
