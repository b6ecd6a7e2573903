import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ClusterKind, Member } from '../../../src/engine/resource.ts';
import {
  type LabLocation,
  labCut,
  labDirectory,
  labDown,
  labHeal,
  labRemains,
  labUp,
} from '../../../src/lab/index.ts';
import { components as componentTable } from '../../../src/platform/debian-13/components.ts';
import type { ComponentName } from '../../../src/platform/platform.ts';
import { reveal, type Text } from '../../../src/secrets/confidential.ts';
import { noteLeftBehind } from '../../e2e/support/leftBehind.ts';
import { outcome } from '../../infrastructure/outcome.ts';

export const hosts = ['control1', 'control2', 'control3'] as const;
export type Host = (typeof hosts)[number];
export const addresses = { control1: '192.168.21.11', control2: '192.168.21.12', control3: '192.168.21.13' };
export const described = hosts.map((host) => ({ host, address: addresses[host] }));

/*
 * The decisions about clusters meet the real daemons: three bare nodes with the packages of one cluster, which its suite
 * configures, wipes, kills and cuts at will. Needs root on Linux.
 */
let lab: LabLocation = { name: '', directory: labDirectory() };

/** Three new nodes with the packages of these components. */
export async function beginClusters(name: string, components: readonly ComponentName[]): Promise<void> {
  lab = { ...lab, name };
  noteLeftBehind('lab', join(lab.directory, name));
  await labDown(lab, undefined, report);
  await labUp({ ...lab, nodes: hosts.map((host) => ({ name: host })) }, undefined, report);
  const packages = components.flatMap((component) => componentTable[component].packages);
  // A cloud's hosts know one another by name; RabbitMQ's nodes ask by no other way.
  const names = hosts.map((host) => `${addresses[host]} ${host}`).join('\n');
  await onAll(`cat >>/etc/hosts <<'NAMES'
${names}
NAMES
export DEBIAN_FRONTEND=noninteractive
apt-get -q update && apt-get -qy --no-install-recommends install ${packages.join(' ')}`);
}

/** Takes the nodes down again; asserts that nothing is left. */
export async function endClusters(): Promise<void> {
  await labDown(lab, undefined, report);
  expect(await labRemains(lab)).toEqual({ namespaces: [], groups: [], mounts: [], files: [] });
}

function report(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, words: readonly string[], input = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Runs a script on a node; 255 when the node cannot be reached. */
export function ssh(host: string, script: Text): Promise<Answer> {
  return run(
    'ssh',
    ['-F', join(lab.directory, lab.name, 'ssh_config'), '-o', 'ConnectTimeout=5', host, 'sh', '-s'],
    `${reveal(script)}\n`,
  );
}

/** Runs a script that must succeed. */
export async function on(host: string, script: Text): Promise<string> {
  const { code, stdout, stderr } = await ssh(host, script);
  if (code !== 0) throw new Error(`${host}: exit ${code}\n${stderr}\n${stdout}`);
  return stdout.trim();
}

export async function onAll(script: Text): Promise<readonly string[]> {
  return Promise.all(hosts.map((host) => on(host, script)));
}

/** A power failure; the nodes fall one second after another, which no cluster notices in between. */
export async function cut(...nodes: readonly Host[]): Promise<void> {
  for (const node of nodes) await labCut({ ...lab, node });
}

/** Power and cables back. */
export async function heal(...nodes: readonly Host[]): Promise<void> {
  for (const node of nodes) await labHeal({ ...lab, node }, undefined, report);
}

/**
 * What the engine does with a cluster: reads all members, decides, acts or waits, reads again. Each outcome once; the
 * last is `nothing` or a refusal.
 */
export async function converge<Desired, State>(
  kind: ClusterKind<Desired, State>,
  desired: Desired,
  members: readonly string[] = hosts,
): Promise<readonly string[]> {
  const outcomes: string[] = [];
  let since = Date.now();
  for (;;) {
    const states = new Map(
      await Promise.all(
        members.map(async (host): Promise<[string, Member<State>]> => {
          const { code, stdout } = await ssh(host, kind.read(desired, host));
          return code === 255
            ? [host, { reachable: false, reason: 'no answer' }]
            : [host, { reachable: true, state: kind.parse(stdout, host) }];
        }),
      ),
    );
    const decision = kind.decide(desired, states);
    const line = outcome(decision);
    if (line !== outcomes.at(-1)) {
      outcomes.push(line);
      since = Date.now();
      process.stdout.write(`      ${new Date().toISOString().slice(11, 19)} ${line}\n`);
    } else if (decision.do === 'act') {
      throw new Error(`${line} had no effect\n${JSON.stringify([...states], undefined, 1)}`);
    }
    if (decision.do === 'nothing' || decision.do === 'refuse') return outcomes;
    if (decision.do === 'act') {
      const { code, stdout, stderr } = await ssh(decision.host, decision.change.script);
      if (code !== 0) throw new Error(`${line}: exit ${code}\n${stderr}\n${stdout}`);
      continue;
    }
    if (Date.now() - since > Math.min(decision.limitSeconds, 300) * 1000) {
      throw new Error(`timed out: ${line}\n${JSON.stringify([...states], undefined, 1)}`);
    }
    await pause(500);
  }
}

/** What was done, without the waiting. */
export function actions(outcomes: readonly string[]): readonly string[] {
  return outcomes.filter((line) => !line.startsWith('wait'));
}
