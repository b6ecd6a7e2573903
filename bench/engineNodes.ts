import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type LabNode,
  type LabState,
  labExec,
  labLayers,
  labSaveLayer,
  labStatus,
  labUp,
} from '../src/lab/index.ts';
import { labDirectory } from '../src/lab/names.ts';

export const LAB = { name: 'bench', directory: labDirectory() };
/** Where Ansible runs: a node like the others, so that it is the newest one of the same Debian. */
export const CONTROLLER = 'controller';
const LAYER = 'bench-engine-python';

export const nodeNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `node${index + 1}`);

/**
 * Nodes with what Ansible needs on a target (Cloudwright and the limit need none of it), and one more with Ansible.
 * The packages are installed once, into a layer.
 */
export async function bringUpNodes(count: number, report: (line: string) => void): Promise<LabState> {
  const layers = await labLayers(LAB.directory);
  await labUp({ ...LAB, nodes: [{ name: CONTROLLER }], memoryMiB: 2048 }, undefined, report);
  if (!layers.includes(LAYER)) {
    report('Installing python3 and python3-apt for the targets …');
    await onNode(
      CONTROLLER,
      'apt-get update -q && apt-get install -qy --no-install-recommends python3 python3-apt',
      600,
    );
    await atRest(CONTROLLER);
    await labSaveLayer(LAB, CONTROLLER, LAYER);
    await labUp({ ...LAB, nodes: [{ name: CONTROLLER }], memoryMiB: 2048 }, undefined, report);
  }
  report('Installing ansible-core …');
  await onNode(
    CONTROLLER,
    'command -v ansible-playbook >/dev/null || { apt-get update -q && apt-get install -qy --no-install-recommends ansible-core openssh-client python3-apt; }',
    900,
  );
  const nodes = [CONTROLLER, ...nodeNames(count)].map((name) => ({ name }));
  return labUp({ ...LAB, nodes, memoryMiB: 1024, layer: LAYER }, undefined, report);
}

/** Shuts a node down and waits until it is off, 60 s at most. */
async function atRest(node: string): Promise<void> {
  await labExec(LAB, node, 'systemctl poweroff', 30).catch(() => undefined);
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const status = await labStatus(LAB);
    if (!status?.nodes.some(({ name, running }) => name === node && running)) return;
    await pause(300);
  }
  throw new Error(`${node} does not shut down`);
}

export async function onNode(node: string, script: string, limitSeconds = 60): Promise<string> {
  const result = await labExec(LAB, node, script, limitSeconds);
  if (result.exitCode !== 0) throw new Error(`${node}: ${script}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** CPU seconds that all processes of the nodes have used so far, by their control groups. */
export async function cpuOf(nodes: readonly LabNode[]): Promise<number> {
  const used = await Promise.all(
    nodes.map(async ({ name }) => {
      const stat = await onNode(
        name,
        'cat /sys/fs/cgroup/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpuacct/cpuacct.usage',
      );
      const v2 = /usage_usec (\d+)/.exec(stat)?.[1];
      return v2 === undefined ? Number(stat.trim()) / 1e9 : Number(v2) / 1e6;
    }),
  );
  return used.reduce((sum, value) => sum + value, 0);
}

/** Wall seconds and this machine's own CPU seconds of a command, its children included. */
export function timed(
  command: string,
  input?: string,
): { readonly wall: number; readonly cpu: number; readonly out: string } {
  const began = process.hrtime.bigint();
  const out = execFileSync('bash', ['-c', `{ ${command}\n}; echo; times`], {
    encoding: 'utf8',
    maxBuffer: 1e9,
    ...(input !== undefined && { input }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const wall = Number(process.hrtime.bigint() - began) / 1e9;
  const cpu = [...(out.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
  return { wall, cpu, out };
}
