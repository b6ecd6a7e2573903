/**
 * A no-change run of 100 resources on 1, 4 and 16 nodes of a lab: Cloudwright, Ansible, and the limit: one ssh
 * connection a node that runs one script with the same reads. Wall seconds, and CPU seconds for each node, since all
 * share this machine's cores. `npm run bench:engine [COUNT ...]`; needs root, as the lab does. `--keep` leaves the lab.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Table from 'cli-table3';
import { inSequence } from '../src/hosts/bundle.ts';
import { type LabNode, type LabState, labDown } from '../src/lab/index.ts';
import { reveal } from '../src/secrets/confidential.ts';
import { planFakeHosts } from './engineFake.ts';
import { bringUpNodes, CONTROLLER, cpuOf, LAB, nodeNames, onNode, timed } from './engineNodes.ts';
import { playbook, resourcesOf, UNITS } from './engineWork.ts';

interface Figure {
  readonly wall: number;
  /** CPU seconds for each node: on the nodes, and where it is run from. */
  readonly cpu: number;
}

const ROUNDS = 5;
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measure(
  nodes: readonly LabNode[],
  rounds: number,
  work: () => Promise<Figure>,
): Promise<Figure> {
  const figures: Figure[] = [];
  // Reading the counters costs the nodes a login each: it is measured and taken off.
  const before = await cpuOf(nodes);
  const overhead = (await cpuOf(nodes)) - before;
  for (let round = 0; round < rounds; round++) {
    const start = await cpuOf(nodes);
    const figure = await work();
    const onNodes = Math.max(0, (await cpuOf(nodes)) - start - overhead);
    figures.push({ wall: figure.wall, cpu: (onNodes + figure.cpu) / nodes.length });
  }
  return {
    wall: median(figures.map((figure) => figure.wall)),
    cpu: median(figures.map((figure) => figure.cpu)),
  };
}

async function cloudwright(
  state: LabState,
  nodes: readonly LabNode[],
  units: readonly string[],
): Promise<Figure> {
  const names = nodes.map((node) => node.name);
  const command = [
    process.execPath,
    join(dirname(process.argv[1] ?? ''), 'bench-engine-run.mjs'),
    state.sshConfig,
    units.join(','),
    ...names,
  ].join(' ');
  // The first brings the nodes there; from the second on nothing changes.
  timed(command);
  return measure(nodes, ROUNDS, async () => {
    const figure = timed(command);
    if (!figure.out.startsWith('changed 0\n'))
      throw new Error(`Cloudwright changed something: ${figure.out}`);
    return figure;
  });
}

async function limit(state: LabState, nodes: readonly LabNode[], units: readonly string[]): Promise<Figure> {
  const [first] = nodes;
  if (!first) throw new Error('no nodes');
  const resources = resourcesOf(first.name, units);
  const kinds = new Map(resources.map((resource) => [resource.kind, [] as unknown[]]));
  for (const resource of resources) kinds.get(resource.kind)?.push(resource.desired);
  const reads = [...kinds].flatMap(([kind, items]) => (kind.via === 'shell' ? [kind.read(items)] : []));
  const script = join(LAB.directory, LAB.name, 'limit.sh');
  writeFileSync(script, reveal(inSequence(reads).script));
  const each = nodes
    .map(({ name }) => `ssh -F ${state.sshConfig} ${name} sh <${script} >/dev/null 2>&1 &`)
    .join('\n');
  return measure(nodes, ROUNDS, async () => timed(`${each}\nwait`));
}

async function ansible(
  state: LabState,
  nodes: readonly LabNode[],
  units: readonly string[],
): Promise<Figure> {
  const key = readFileSync(state.identityFile, 'utf8');
  const settings = [
    '[defaults]\nhost_key_checking = False\nforks = 50\ninventory = /root/bench/hosts\ninterpreter_python = /usr/bin/python3',
    '[ssh_connection]\npipelining = True\nssh_args = -o ControlMaster=auto -o ControlPersist=600s',
  ].join('\n');
  const hosts = nodes.map(({ name, addresses }) => `${name} ansible_host=${addresses.management}`).join('\n');
  const put = (path: string, content: string): string =>
    `cat >${path} <<'END-OF-FILE'\n${content.trimEnd()}\nEND-OF-FILE\n`;
  const files = [
    'mkdir -p /root/bench /root/.ssh; umask 077',
    put('/root/.ssh/bench', key),
    put('/root/bench/ansible.cfg', `${settings}\n[privilege_escalation]\nbecome = False`),
    put(
      '/root/bench/hosts',
      `${hosts}\n[all:vars]\nansible_user=root\nansible_ssh_private_key_file=/root/.ssh/bench`,
    ),
    put('/root/bench/play.json', playbook(units)),
  ];
  await onNode(CONTROLLER, files.join('\n'));
  const run =
    'cd /root/bench && s=$(date +%s.%N); ansible-playbook play.json; r=$?; echo took $s $(date +%s.%N); exit $r';
  // Once for the connections to persist, so that what is measured is the best that it can do.
  await onNode(CONTROLLER, run, 3600);
  const controller = state.nodes.filter(({ name }) => name === CONTROLLER);
  return measure(nodes, 1, async () => {
    const before = await cpuOf(controller);
    const out = await onNode(CONTROLLER, run, 3600);
    const cpu = (await cpuOf(controller)) - before;
    const changed = [...out.matchAll(/changed=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    if (changed > 0) throw new Error(`Ansible changed something:\n${out.slice(-2000)}`);
    const [, from = 0, to = 0] = /took ([\d.]+) ([\d.]+)/.exec(out) ?? [];
    return { wall: Number(to) - Number(from), cpu };
  });
}

/** The engine alone, against hosts that answer in 2 ms. */
async function fake(options: readonly string[]): Promise<void> {
  const count = Number(options[options.indexOf('--fake') + 1] ?? 500) || 500;
  const figures = await planFakeHosts(count);
  if (options.includes('--json')) {
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  const { resources, planned, seconds, peakMiB } = figures;
  process.stdout.write(
    `Plan of ${count} hosts, ${resources} resources, ${planned} changes: ${seconds.toFixed(2)} s, ${peakMiB.toFixed(0)} MiB\n`,
  );
}

async function main(options: readonly string[]): Promise<void> {
  const counts = options.filter((option) => /^\d+$/.test(option)).map(Number);
  const sizes = counts.length > 0 ? counts : [1, 4, 16];
  try {
    const state = await bringUpNodes(Math.max(...sizes), say);
    const version = (await onNode(CONTROLLER, 'ansible --version')).split('\n')[0];
    const running = await onNode(
      'node1',
      `for u in ${UNITS.join(' ')}; do systemctl -q is-active $u && echo $u; done; true`,
    );
    const units = running.trim().split('\n');
    say(`Units that run on the nodes: ${units.join(', ')}; ${version}`);
    const head = ['nodes', 'Cloudwright', 'limit', 'Ansible', 'of the limit', 'faster than Ansible'];
    const wall = new Table({ head, style: { head: [] } });
    const cpu = new Table({ head: ['nodes', 'Cloudwright', 'limit', 'Ansible'], style: { head: [] } });
    for (const size of sizes) {
      const nodes = state.nodes.filter(({ name }) => nodeNames(size).includes(name));
      say(`Measuring on ${size} …`);
      const ours = await cloudwright(state, nodes, units);
      const least = await limit(state, nodes, units);
      const theirs = await ansible(state, nodes, units);
      const row = [ours, least, theirs];
      wall.push([
        size,
        ...row.map((figure) => `${figure.wall.toFixed(2)} s`),
        `${(ours.wall / least.wall).toFixed(2)} x`,
        `${(theirs.wall / ours.wall).toFixed(0)} x`,
      ]);
      cpu.push([size, ...row.map((figure) => `${figure.cpu.toFixed(2)} s`)]);
    }
    process.stdout.write(`Wall time of a no-change run of 100 resources a node\n${wall.toString()}\n`);
    process.stdout.write(`CPU time for each node, both ends\n${cpu.toString()}\n`);
  } finally {
    if (!options.includes('--keep')) await labDown(LAB, undefined, say);
  }
}

if (process.argv.includes('--fake')) await fake(process.argv.slice(2));
else await main(process.argv.slice(2));
