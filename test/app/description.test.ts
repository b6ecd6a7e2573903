import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeDescription, writeText } from '../../src/app/description.ts';
import { defaultAnswers, renderDescription } from '../../src/app/init/description.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';

const TEXT = renderDescription({ ...defaultAnswers('all-in-one'), trial: true });

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-description-'));
  file = join(folder, 'cloud.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function messageOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'written',
    (error: unknown) => {
      if (error instanceof CloudwrightError) return error.message;
      throw error;
    },
  );
}

describe('writing a description', () => {
  it('replaces the whole text, and only where that was asked for', async () => {
    await writeText(file, 'a longer text than the next\n', false);
    expect(await messageOf(writeText(file, 'next\n', false))).toContain('CLI_FILE_EXISTS');
    await writeText(file, 'next\n', true);
    expect(readFileSync(file, 'utf8')).toBe('next\n');
  });

  it('refuses a named pipe at once instead of waiting for a reader', async () => {
    execFileSync('mkfifo', [file]);
    expect(await messageOf(writeDescription(file, TEXT, true))).toBe(
      `CLI_FILE_UNWRITABLE: ${file} could not be written: it is not a regular file.`,
    );
    expect(await messageOf(writeDescription(file, TEXT, false))).toContain('CLI_FILE_EXISTS');
    expect(statSync(file).isFIFO()).toBe(true);
  });

  it('refuses a folder and a device', async () => {
    mkdirSync(join(folder, 'folder'));
    expect(await messageOf(writeText(join(folder, 'folder'), TEXT, true))).toContain('CLI_FILE_UNWRITABLE');
    symlinkSync('/dev/null', file);
    expect(await messageOf(writeText(file, TEXT, true))).toContain('it is not a regular file');
  });
});
