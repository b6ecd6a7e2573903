import { existsSync, mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunEvent } from '../../../src/engine/event.ts';
import { labDirectory, labDown, labExec, labRemains, labUp } from '../../../src/lab/index.ts';
import { nodePaths } from '../../../src/lab/names.ts';
import { stopNode, unmountNode } from '../../../src/lab/node.ts';
import { type CliResult, dropBundle, endRuns, eventsOf, runCli } from '../../e2e/support/cli.ts';
import { noteLeftBehind } from '../../e2e/support/leftBehind.ts';

export const hosts = ['control1', 'control2', 'control3'] as const;
export type Host = (typeof hosts)[number];
export const VIP = '192.168.21.100';

export const labName = 'longthree';
const lab = { name: labName, directory: labDirectory() };
export const sshConfig = join(lab.directory, lab.name, 'ssh_config');
export const fabric = `cw-${lab.name}-fabric`;

/** Folder of the description, the vault and the journal. */
export let folder = '';

const nodes = hosts.map((name) => ({ name }));
const report = (line: string): void => {
  process.stdout.write(`  ${line}\n`);
};

/** Three bare hosts, and the description that `init` writes for them with what this lab can give the acceptance test. */
export async function begin(): Promise<void> {
  noteLeftBehind('lab', join(lab.directory, lab.name));
  await labDown(lab, undefined, report);
  await labUp({ ...lab, nodes }, undefined, report);
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-long-'));
  noteLeftBehind('folder', folder);
  const networks = ['--management-cidr', '192.168.21.0/24', '--vip', VIP, '--ssh-config', sshConfig];
  const shape = ['--multi-node', '--trial', '--name', 'compact', '--control', '192.168.21.11,3'];
  const init = await runCli(folder, ['init', '--defaults', ...shape, ...networks], 60);
  expect(init.code, init.output).toBe(0);
  const file = join(folder, 'cloud.yaml');
  const test = [
    'test:',
    '  provider_cidr: 203.0.113.0/24',
    '  provider_gateway: 203.0.113.1',
    '  first_address: 203.0.113.200',
    '  last_address: 203.0.113.230',
    `  vantage: { netns: ${fabric} }`,
  ];
  await writeFile(file, `${await readFile(file, 'utf8')}\n${test.join('\n')}\n`);
}

/** Takes everything down again; asserts that nothing is left. */
export async function end(): Promise<void> {
  endRuns([folder]);
  dropBundle();
  await labDown(lab, undefined, report);
  if (existsSync(folder)) await rm(folder, { recursive: true, force: true });
  expect(await labRemains(lab)).toEqual({ namespaces: [], groups: [], mounts: [], files: [] });
}

/** A node whose disk was replaced: its name and addresses, a bare Debian, and nothing else. */
export async function reinstall(node: Host): Promise<void> {
  await stopNode(lab.name, node);
  await unmountNode(lab, node);
  await rm(nodePaths(lab, node).directory, { recursive: true, force: true });
  await labUp({ ...lab, nodes }, undefined, report);
}

/** Runs a shell command line on a host as root, which must succeed; gives what it prints. */
export async function on(host: Host, line: string, limitSeconds = 120): Promise<string> {
  const { exitCode, stdout, stderr } = await labExec(lab, host, line, limitSeconds);
  if (exitCode !== 0)
    throw new Error(`${host}: ${line}\nended with exit code ${exitCode}: ${stderr}${stdout}`);
  return stdout.trim();
}

export async function onAll(line: string): Promise<readonly string[]> {
  return await Promise.all(hosts.map(async (host) => await on(host, line)));
}

export async function labCommand(verb: 'cut' | 'heal', host: Host): Promise<void> {
  const run = await runCli(folder, ['lab', verb, host, '--lab', lab.name], 180);
  expect(run.code, run.output).toBe(0);
}

export interface Run extends CliResult {
  readonly events: readonly RunEvent[];
  readonly changed: readonly string[];
}

/** Runs a command on the cloud and notes its time in the table of results. */
export async function timed(what: string, words: readonly string[], limitSeconds = 3600): Promise<Run> {
  const run = await runCli(folder, [...words, '--json'], limitSeconds);
  const events = eventsOf(run.stdout);
  const changed = events.flatMap((event) => (event.type === 'change-done' ? [event.resource] : []));
  row(what, run.milliseconds, `exit ${run.code}, ${changed.length} changes`);
  return { ...run, events, changed };
}

const rows: string[] = [];

/** Adds a line to the table of results. */
export function row(what: string, milliseconds: number | undefined, result: string): void {
  const seconds = milliseconds === undefined ? '' : `${(milliseconds / 1000).toFixed(1)} s`;
  rows.push(`| ${what} | ${seconds} | ${result} |`);
}

/** The table for docs/long-tests.md. */
export function printTable(): void {
  const [cpu] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const lines = [
    `Three hosts, ${date}, ${machine}:`,
    '',
    '| what | time | result |',
    '|---|---|---|',
    ...rows,
  ];
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}
