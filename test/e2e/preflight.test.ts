import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabState, labDirectory, labDown, labUp } from '../../src/lab/index.ts';
import { fabricInterface, fabricNamespace } from '../../src/lab/names.ts';
import { command } from '../../src/system/command.ts';
import { eventsOf, runCli } from './support/cli.ts';
import { describedFolder, leaveLab, report } from './support/lab.ts';
import { noteLeftBehind } from './support/leftBehind.ts';

/** What only several hosts can show: the paths between them, and who else is on their networks. */
const lab = { name: 'e2epreflight', directory: labDirectory() };
let state: LabState;
let folder: string;

beforeAll(async () => {
  noteLeftBehind('lab', join(lab.directory, lab.name));
  await labDown(lab, undefined, report);
  state = await labUp(
    {
      ...lab,
      nodes: [{ name: 'control1' }, { name: 'compute1' }],
      memoryMiB: 1024,
    },
    undefined,
    report,
  );
  const address = state.nodes[1]?.addresses.management ?? '';
  folder = await describedFolder(state, (text) =>
    text
      .replace('roles: [control, network, compute, storage]', 'roles: [control, network, storage]')
      .replace(/^hosts:$/m, `hosts:\n  compute1: { address: ${address}, roles: [compute] }`)
      .replaceAll('memory_gib: 3', 'memory_gib: 1'),
  );
});
afterAll(async () => await leaveLab(lab.name));

const preflight = async (...words: string[]) =>
  await runCli(folder, ['apply', '--step', 'preflight', ...words], 120);
const verify = async () => await runCli(folder, ['verify', 'preflight'], 120);

/** A command in the namespace of the lab's networks. */
async function inFabric(...words: readonly string[]): Promise<void> {
  await command('ip', ['netns', 'exec', fabricNamespace(lab.name), ...words], {
    doing: `run ${words.join(' ')}`,
  });
}

describe('preflight of two hosts', () => {
  it('passes on healthy networks, and changes nothing the second time', async () => {
    const first = await preflight();
    expect(first.code, first.output).toBe(0);
    const second = await preflight('--json');
    expect(second.code, second.output).toBe(0);
    expect(eventsOf(second.stdout).findLast((event) => event.type === 'run-finished')).toMatchObject({
      outcome: 'done',
      changed: 0,
    });
  });

  it('names the path that does not carry packets of full size', async () => {
    const cable = fabricInterface(state.nodes[1]?.index ?? 0, 1);
    await inFabric('ip', 'link', 'set', cable, 'mtu', '1400');
    const run = await verify();
    await inFabric('ip', 'link', 'set', cable, 'mtu', '1500');

    expect(run.code, run.output).toBe(1);
    expect(run.output).toContain('packets of 1500 bytes do not reach compute1 on management');
    const healed = await verify();
    expect(healed.code, healed.output).toBe(0);
  });

  it('names a machine that announces the same virtual router', async () => {
    // VRRP version 2, virtual router 51, priority 100, one address; the checksum does not matter to a listener.
    const announce = `use Socket; socket(my $out, AF_INET, SOCK_RAW, 112) or die;
      setsockopt($out, 0, 32, inet_aton("192.168.21.250")) or die;
      for (1..120) { send($out, pack("C4 C2 n a4", 0x21, 51, 100, 1, 1, 1, 0, inet_aton("192.168.21.99")), 0, pack_sockaddr_in(0, inet_aton("224.0.0.18"))); select(undef, undef, undef, 0.5) }`;
    const router = spawn('ip', ['netns', 'exec', fabricNamespace(lab.name), 'perl', '-e', announce]);
    const run = await verify();
    router.kill('SIGKILL');

    expect(run.code, run.output).toBe(1);
    expect(run.output).toContain('192.168.21.250 announces virtual router 51 too');
    const healed = await verify();
    expect(healed.code, healed.output).toBe(0);
  });
});
