import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateFolder } from '../../src/hosts/privateFolder.ts';

/** The number of no process: Linux has at most 4,194,304. */
const DEAD = 4_194_999;

let root = '';
const before = process.env.XDG_RUNTIME_DIR;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cwp-'));
  process.env.XDG_RUNTIME_DIR = root;
});
afterEach(() => {
  if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = before;
  rmSync(root, { recursive: true, force: true });
});

it('is for its owner alone, and goes', () => {
  const folder = privateFolder();
  expect(folder.path.startsWith(`${root}/cloudwright-${process.pid}-`)).toBe(true);
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});

it('sweeps away what a killed process left, and nothing of others', () => {
  const left = join(root, `cloudwright-${DEAD}-abcdef`);
  const running = join(root, `cloudwright-${process.pid}-abcdef`);
  const link = join(root, `cloudwright-${DEAD}-linked`);
  const target = join(root, 'target');
  for (const folder of [left, running, target]) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), '');
  }
  symlinkSync(target, link);
  privateFolder().remove();
  expect(existsSync(left)).toBe(false);
  expect(existsSync(join(running, 'file'))).toBe(true);
  expect(existsSync(join(target, 'file'))).toBe(true);
});

it.runIf(process.getuid?.() === 0)('leaves a folder of another user alone', () => {
  const foreign = join(root, `cloudwright-${DEAD}-abcdef`);
  mkdirSync(foreign);
  writeFileSync(join(foreign, 'file'), '');
  chownSync(foreign, 65_534, 65_534);
  privateFolder().remove();
  expect(existsSync(join(foreign, 'file'))).toBe(true);
});
