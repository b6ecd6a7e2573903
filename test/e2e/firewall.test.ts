import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/engine/event.ts';
import { nodeAddresses } from '../../src/lab/networks.ts';
import { waitFor } from '../../src/system/wait.ts';
import { eventsOf, runCli } from './support/cli.ts';
import { type Intruder, intruder } from './support/intruder.ts';
import { leaveLab, type TestLab, testLab } from './support/lab.ts';

/** The firewall by itself on a bare node: what a mistake in it costs, and how it goes. With a cloud behind it: deploy.test.ts. */
const PORT = 9100;
const own = nodeAddresses(11);
let lab: TestLab;
let management: Intruder;
let storage: Intruder;

beforeAll(async () => {
  lab = await testLab('e2efirewall', {
    memoryMiB: 1024,
    edit: (text) => text.replaceAll('memory_gib: 3', 'memory_gib: 1'),
  });
  management = await intruder(lab, 'management', 11, Object.values(own));
  storage = await intruder(lab, 'storage', 11, Object.values(own));
});
afterAll(async () => await leaveLab('e2efirewall'));

/** An `apply` with these lines added to the description, and another host in it where `peer` is its entry. */
async function apply(extra: string, steps: readonly string[] = ['preflight', 'firewall'], peer = '') {
  const file = join(lab.folder, 'cloud.yaml');
  const original = await readFile(file, 'utf8');
  await writeFile(file, `${original.replace(/^hosts:\n/m, (line) => `${line}${peer}`)}${extra}`);
  try {
    const run = await runCli(
      lab.folder,
      [
        'apply',
        ...(peer === '' ? [] : ['--host', 'control1']),
        ...steps.flatMap((step) => ['--step', step]),
        '--json',
      ],
      300,
    );
    return { ...run, events: eventsOf(run.stdout) };
  } finally {
    await writeFile(file, original);
  }
}

const changed = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'change-done' ? [event.resource] : []));
const rules = async (): Promise<string> => await lab.get('nft --stateless list table inet cloudwright');

describe('the firewall of a bare host', () => {
  it('is loaded over the connection that it lets in, and a second run changes nothing', async () => {
    const first = await apply('');
    expect(first.code, first.output).toBe(0);
    expect(changed(first.events)).toContain('control1/firewall:rules');
    const second = await apply('');
    expect(second.code, second.output).toBe(0);
    expect(changed(second.events)).toEqual([]);
    await lab.get(
      `systemd-run --quiet --unit=e2e-port perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(LocalAddr => "${own.management}:${PORT}", Listen => 9, ReuseAddr => 1) or die; while (1) { $s->accept }'`,
    );
    expect(await management.open(own.management, [22, PORT])).toEqual([22]);
    expect(await storage.open(own.management, [22, PORT])).toEqual([]);
  });

  it('takes itself back where it would cut the operator off', async () => {
    const before = await rules();
    const cut = await apply('firewall: { ssh: [198.51.100.0/24] }\n');
    expect(cut.code, cut.output).not.toBe(0);
    const failures = cut.events.flatMap((event) =>
      event.type === 'change-failed' ? [event.problem.code] : [],
    );
    expect(failures).toEqual(['CHANGE_NOT_CONFIRMED']);
    // No new connection is taken until then.
    const answers = async () =>
      await lab.on('true').then(
        ({ exitCode }) => exitCode === 0,
        () => false,
      );
    expect(await answers()).toBe(false);
    await waitFor('the host to take connections again', answers, 120, { everyMilliseconds: 1000 });
    expect(await rules()).toBe(before);
    expect(await lab.get('cat /etc/cloudwright/firewall.nft')).not.toContain('198.51.100.0/24');
    const again = await apply('');
    expect(again.code, again.output).toBe(0);
    expect(changed(again.events)).toEqual([]);
  });

  it('lets in what the description allows, from where it says', async () => {
    const allowed = await apply(`firewall: { allow: [{ ports: [${PORT}] }] }\n`);
    expect(allowed.code, allowed.output).toBe(0);
    expect(changed(allowed.events)).toEqual(['control1/firewall:rules']);
    expect(await management.open(own.management, [PORT])).toEqual([PORT]);
    expect(await storage.open(own.management, [PORT])).toEqual([]);
  });

  it('takes tunnels of peers alone, and keeps no entry of connection tracking for them', async () => {
    const overlay = await intruder(lab, 'overlay', 11, [own.overlay]);
    const known = nodeAddresses(21);
    const stranger = nodeAddresses(29);
    const joined = await apply(
      '',
      ['firewall'],
      `  compute1: { address: ${known.management}, roles: [compute] }\n`,
    );
    expect(joined.code, joined.output).toBe(0);
    expect(changed(joined.events)).toEqual(['control1/firewall:rules']);
    const number = async (line: string): Promise<number> => Number(await lab.get(line));
    const entries = () => number('cat /proc/sys/net/netfilter/nf_conntrack_count');
    // No process listens: what the firewall lets in is counted as datagrams for nobody.
    const letIn = () => number("awk '/^Udp: [0-9]/ { print $3 }' /proc/net/snmp");
    const dropped = () =>
      number(
        `nft list chain inet cloudwright input | sed -n 's/.*counter packets \\([0-9]*\\) .*comment "dropped"/\\1/p'`,
      );
    const before = { entries: await entries(), letIn: await letIn(), dropped: await dropped() };
    await overlay.sendFrom(stranger.overlay, own.overlay, 6081);
    await waitFor('the datagrams of a stranger', async () => (await dropped()) >= before.dropped + 200, 20);
    expect(await letIn()).toBe(before.letIn);
    await overlay.sendFrom(known.overlay, own.overlay, 6081);
    await waitFor('the datagrams of a peer', async () => (await letIn()) >= before.letIn + 200, 20);
    // Each would have an entry of its own for half a minute; the requests over ssh have some.
    expect(await entries()).toBeLessThan(before.entries + 100);
    const again = await apply('');
    expect(changed(again.events)).toEqual(['control1/firewall:rules']);
  });

  it('goes without a trace when it is switched off, and leaves the tables of others', async () => {
    await lab.get('nft add table inet e2e-other');
    const off = await apply('firewall: { enabled: false }\n', ['preflight', 'removal']);
    expect(off.code, off.output).toBe(0);
    expect(await lab.get('nft list tables')).toBe('table inet e2e-other');
    expect(
      await lab.get(
        'ls /etc/cloudwright/firewall.nft /etc/systemd/system/cloudwright-firewall.service 2>/dev/null || :',
      ),
    ).toBe('');
    expect(await storage.open(own.management, [22, PORT])).toEqual([22, PORT]);
    const on = await apply('');
    expect(on.code, on.output).toBe(0);
    expect(await storage.open(own.management, [22, PORT])).toEqual([]);
    expect((await lab.get('nft list tables')).split('\n').sort()).toEqual([
      'table inet cloudwright',
      'table inet e2e-other',
    ]);
  });
});
