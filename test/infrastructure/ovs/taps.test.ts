import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tapService } from '../../../src/infrastructure/ovs/taps.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-taps-'));
  mkdirSync(join(folder, 'proc/net'), { recursive: true });
  writeFileSync(join(folder, 'proc/net/netlink'), 'sk Eth Pid Groups\n');
  writeFileSync(join(folder, 'calls'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `bridged`: the taps that Open vSwitch has on br-int. Any other use of a program fails and is recorded. */
function run(links: readonly string[], announced: readonly string[], bridged: readonly string[]) {
  const put = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  };
  writeFileSync(join(folder, 'present'), links.map((line) => `${line}\n`).join(''));
  writeFileSync(join(folder, 'announced'), announced.map((line) => `${line}\n`).join(''));
  put(
    'ip',
    `#!/bin/sh
case $* in
  '-o monitor link')
    printf '000 0   %s 00000001\\n' $$ >>${folder}/proc/net/netlink
    until [ -e ${folder}/shown ]; do sleep 0.02; done
    cat ${folder}/announced ;;
  '-o link show') cat ${folder}/present; : >${folder}/shown ;;
  'link set dev '*' up') echo "$4" >>${folder}/calls ;;
  *) echo "unexpected: ip $*" >>${folder}/calls; exit 1 ;;
esac
`,
  );
  put(
    'ovs-vsctl',
    `#!/bin/sh
[ "$1 $2 $3" = '--timeout=10 -vsyslog:off iface-to-br' ] || { echo "unexpected: ovs-vsctl $*" >>${folder}/calls; exit 1; }
case $4 in ${bridged.join(' | ') || 'none'}) echo br-int ;; *) exit 1 ;; esac
`,
  );
  put('taps', tapService('openvswitch').script);
  const result = spawnSync('dash', [join(folder, 'taps'), 'br-int', join(folder, 'proc')], {
    env: { PATH: `${folder}:${process.env.PATH}`, RUNTIME_DIRECTORY: folder },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { ...result, raised: readFileSync(join(folder, 'calls'), 'utf8').split('\n').filter(Boolean) };
}

const down = (name: string): string =>
  `12: ${name}: <BROADCAST,MULTICAST,PROMISC> mtu 1442 qdisc fq state DOWN`;
const up = (name: string): string =>
  `12: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1442 qdisc fq state UP`;

it('sets a tap up when the kernel announces that it went down', () => {
  const { raised, stdout } = run([], [up('tap1'), down('tap1'), up('tap1')], ['tap1']);
  expect(raised).toEqual(['tap1']);
  expect(stdout).toBe('set tap1 up\n');
});

it('finds the taps that are down when it starts', () => {
  expect(run([down('tap1'), up('tap2')], [], ['tap1', 'tap2']).raised).toEqual(['tap1']);
});

it('touches nothing but taps of the bridge', () => {
  const lines = [down('eth0'), down('br-int'), down('tapother'), `Deleted ${down('tap1')}`];
  expect(run(lines, lines, ['eth0', 'br-int', 'tap1']).raised).toEqual([]);
});

it('reads names with a peer, and flags in any order', () => {
  const lines = ['7: tap1@if3: <UP,BROADCAST> mtu 1', '8: tap2@if4: <NO-CARRIER,BROADCAST> mtu 1'];
  expect(run([], lines, ['tap1', 'tap2']).raised).toEqual(['tap2']);
});

it('ends with an error when the announcements end, so that systemd starts it again', () => {
  const { status, stderr } = run([], [], []);
  expect(status).toBe(1);
  expect(stderr).toContain('the announcements of links ended');
  const { unit, scriptPath, name } = tapService('openvswitch', 'br-tun');
  expect(unit).toContain('After=openvswitch.service\n');
  expect(unit).toContain('Restart=always\n');
  expect(unit).toContain(`ExecStart=${scriptPath} br-tun\n`);
  expect(unit).toContain(`RuntimeDirectory=${name}\n`);
});
