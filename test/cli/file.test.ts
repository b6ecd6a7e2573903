import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDescription } from '../../src/cli/file.ts';

let root = '';
let below = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cloudwright-file-'));
  below = join(root, 'a', 'b');
  mkdirSync(below, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const find = (folder: string, named?: string) => findDescription({ folder, settings: {} }, named);

describe('the description of a command', () => {
  it('is the one that is named, or the nearest in the folder or above it', () => {
    writeFileSync(join(root, 'cloud.yaml'), '');
    expect(find(below)).toBe(join(root, 'cloud.yaml'));
    expect(find(below, 'other.yaml')).toBe(join(below, 'other.yaml'));
    writeFileSync(join(below, 'cloud.yaml'), '');
    expect(find(below)).toBe(join(below, 'cloud.yaml'));
  });

  it.runIf(process.getuid?.() === 0)('is none that another user put above the folder', () => {
    const file = join(root, 'cloud.yaml');
    writeFileSync(file, '');
    chownSync(file, 65_534, 65_534);
    expect(() => find(below)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code: 'CLI_FILE_FOREIGN' })] }),
    );
    expect(find(root)).toBe(file);
    expect(find(below, file)).toBe(file);
  });
});
