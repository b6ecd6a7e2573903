import { mkdtempSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { trialDescription } from '../../../src/app/trial.ts';
import {
  type LabLocation,
  type LabState,
  labDirectory,
  labDown,
  labExec,
  labRemains,
  labUp,
} from '../../../src/lab/index.ts';
import type { CommandResult } from '../../../src/system/command.ts';
import { keyFileOf, vaultFileOf } from '../../../src/vault/keys.ts';
import { dropBundle, endRuns } from './cli.ts';
import { noteLeftBehind } from './leftBehind.ts';

/** What labs said; shown by a test that fails in a hook. */
export const labLines: string[] = [];
export const report = (line: string): void => {
  labLines.push(line);
};

export interface TestLab extends LabLocation {
  readonly state: LabState;
  /** Folder of the description, the vault and the journal. */
  readonly folder: string;
  /** Runs a shell command line on the node as root. */
  on(commandLine: string, limitSeconds?: number): Promise<CommandResult>;
  /** The same; fails the test unless it succeeds. Gives what it printed. */
  get(commandLine: string, limitSeconds?: number): Promise<string>;
}

export interface TestLabOptions {
  /** A saved layer that the node starts from; a bare Debian by default. */
  readonly layer?: string;
  readonly memoryMiB?: number;
  /** Changes the description before it is written. */
  readonly edit?: (description: string) => string;
}

/** A fresh lab of one node, `control1`, with a description of an all-in-one cloud for it. */
export async function testLab(name: string, options: TestLabOptions = {}): Promise<TestLab> {
  const lab = { name, directory: labDirectory() };
  noteLeftBehind('lab', join(lab.directory, name));
  await labDown(lab, undefined, report);
  const { layer, memoryMiB } = options;
  const state = await labUp(
    {
      ...lab,
      nodes: [{ name: 'control1' }],
      ...(layer !== undefined && { layer }),
      ...(memoryMiB !== undefined && { memoryMiB }),
    },
    undefined,
    report,
  );
  const on = (line: string, limit = 60): Promise<CommandResult> => labExec(lab, 'control1', line, limit);
  return {
    ...lab,
    state,
    folder: await describedFolder(state, options.edit),
    on,
    async get(line, limit) {
      const result = await on(line, limit);
      expect(result, `${line}\n${result.stderr}`).toMatchObject({ exitCode: 0 });
      return result.stdout.trim();
    },
  };
}

/** A new folder with a description of an all-in-one cloud on the lab's node. `leaveLab` removes it with the lab. */
export async function describedFolder(
  state: LabState,
  edit: (description: string) => string = (text) => text,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `cloudwright-e2e-${state.name}-`));
  folders.set(folder, state.name);
  noteLeftBehind('folder', folder);
  await writeFile(join(folder, 'cloud.yaml'), edit(trialDescription(state)));
  return folder;
}

/** A new folder with another description of the lab's cloud: it has the same vault, without which hosts refuse it. */
export async function sameCloud(lab: TestLab, edit: (description: string) => string): Promise<string> {
  const folder = await describedFolder(lab.state, edit);
  await mkdir(dirname(keyFileOf(folder)), { mode: 0o700 });
  for (const fileOf of [vaultFileOf, keyFileOf]) await copyFile(fileOf(lab.folder), fileOf(folder));
  return folder;
}

/** Folders of descriptions, with the name of the lab that each belongs to. */
const folders = new Map<string, string>();

/** Ends runs, takes the lab down and asserts that nothing of it is left. For `afterAll`; also when no test ran. */
export async function leaveLab(name: string): Promise<void> {
  const mine = [...folders].flatMap(([folder, lab]) => (lab === name ? [folder] : []));
  endRuns(mine);
  dropBundle();
  const lab = { name, directory: labDirectory() };
  await labDown(lab, undefined, report);
  for (const folder of mine) {
    await rm(folder, { recursive: true, force: true });
    folders.delete(folder);
  }
  expect(await labRemains(lab)).toEqual({ namespaces: [], groups: [], mounts: [], files: [] });
}
