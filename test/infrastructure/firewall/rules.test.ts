import { describe, expect, it } from 'vitest';
import { allInOne, allResources, type CloudContext, content, threeControls } from '../../steps/clouds.ts';

function lines(context: CloudContext, host: string): readonly string[] {
  const found = allResources(context).find(({ id }) => id === `${host}/firewall:rules`);
  const { ruleset } = (found?.desired ?? { ruleset: '' }) as { readonly ruleset: string };
  return ruleset.split('\n').map((line) => line.trim());
}

function chain(ruleset: readonly string[], name: string): readonly string[] {
  const start = ruleset.indexOf(`chain ${name} {`) + 1;
  return start === 0 ? [] : ruleset.slice(start, ruleset.indexOf('}', start));
}

/** The lines of the ruleset that let something in, with their comments alone where `title` is given. */
function accepted(context: CloudContext, host: string, title?: string): readonly string[] {
  return lines(context, host).filter(
    (line) => line.includes(' accept') && (title === undefined || line.endsWith(`comment "${title}"`)),
  );
}

const CONTROLS = ['192.0.2.11', '192.0.2.12', '192.0.2.13'];

describe('the rules of a host', () => {
  it('let in what asks from the right hosts through the right interface', () => {
    const three = threeControls();
    expect(accepted(three, 'control1', 'database')).toEqual([
      'iifname "eth1" ip saddr { 192.0.2.12, 192.0.2.13 } tcp dport 3306 accept comment "database"',
    ]);
    expect(accepted(three, 'compute1', 'database')).toEqual([]);
    expect(accepted(three, 'compute1', 'consoles of instances')).toEqual([
      `iifname "eth1" ip saddr { ${CONTROLS.join(', ')} } tcp dport 5900-6899 accept comment "consoles of instances"`,
    ]);
    expect(accepted(three, 'compute1', 'moving instances')).toEqual([
      'iifname "eth1" ip saddr 192.0.2.22 tcp dport 49152-49215 accept comment "moving instances"',
    ]);
    const [broker] = accepted(three, 'control2', 'message broker');
    for (const client of ['192.0.2.11', '192.0.2.13', '192.0.2.21', '192.0.2.22'])
      expect(broker).toContain(client);
    expect(broker).not.toContain('192.0.2.31');
  });

  it('let tunnels in from peers alone, also where they end at a bridge', () => {
    const [tunnel] = accepted(threeControls(), 'compute1', 'Geneve tunnels');
    expect(tunnel).toBe(
      'iifname { "eth3", "br-overlay" } ip saddr { 198.51.100.11, 198.51.100.12, 198.51.100.13, 198.51.100.22 } udp dport 6081 accept comment "Geneve tunnels"',
    );
    expect(accepted(allInOne(), 'one', 'Geneve tunnels')).toEqual([]);
  });

  it('keep no entry for the packets of tunnels, in either direction, and let peers alone send them', () => {
    const rules = lines(threeControls(), 'compute1');
    const peers = '{ 198.51.100.11, 198.51.100.12, 198.51.100.13, 198.51.100.22 }';
    const [name, own] = ['comment "Geneve tunnels"', '{ "eth3", "br-overlay" }'];
    expect(chain(rules, 'prerouting')).toEqual([
      'type filter hook prerouting priority raw;',
      `iifname ${own} ip saddr ${peers} udp dport 6081 notrack ${name}`,
    ]);
    expect(chain(rules, 'output')).toEqual([
      'type filter hook output priority raw;',
      `oifname ${own} ip daddr ${peers} udp dport 6081 notrack ${name}`,
    ]);
    // An untracked packet is in no state: nothing after this rule may let it in.
    const input = chain(rules, 'input');
    const tunnel = input.findIndex((line) => line.endsWith(name));
    expect(tunnel).toBeLessThan(input.findIndex((line) => line.startsWith('ct state')));
    expect(input.filter((line) => /untracked|notrack/.test(line))).toEqual([]);
    expect(input.filter((line) => line.includes('6081'))).toHaveLength(1);
  });

  it('are looked at on the other hosts too, by a run that is limited to a new one', () => {
    const found = allResources(threeControls()).filter(({ kind }) => kind.name === 'firewall');
    expect(found.map(({ host, reliedOn }) => `${host} ${reliedOn}`)).toEqual(
      threeControls().cloud.hosts.map(({ name }) => `${name} true`),
    );
  });

  it('leave everything tracked on a host without tunnels', () => {
    for (const rules of [lines(allInOne(), 'one'), lines(threeControls(), 'storage1')])
      expect(rules.filter((line) => /notrack|priority raw/.test(line))).toEqual([]);
  });

  it('let people in at the virtual addresses, and nobody else than haproxy behind them', () => {
    const three = threeControls();
    const title = 'Compute (Nova)';
    expect(accepted(three, 'control1', title).filter((line) => line.includes('8774'))).toEqual([
      `iifname "eth1" ip saddr { 192.0.2.12, 192.0.2.13 } tcp dport 8774 accept comment "${title}"`,
      `iifname "eth1" ip saddr 192.0.2.0/24 ip daddr 192.0.2.100 tcp dport 8774 accept comment "${title}"`,
      `iifname "eth0" ip daddr 203.0.113.100 tcp dport 8774 accept comment "${title}"`,
    ]);
    // Metadata is for the hosts: instances ask through their own host.
    expect(accepted(three, 'control1', title).filter((line) => line.includes('8775'))).toHaveLength(2);
  });

  it('let people in at the management network’s virtual address where there is no service network', () => {
    expect(accepted(allInOne(), 'one', 'Identity (Keystone)')).toEqual([
      'iifname "eth1" ip daddr 192.0.2.100 tcp dport 5000 accept comment "Identity (Keystone)"',
    ]);
  });

  it('keep storage in its network, and in the management network where there is none', () => {
    expect(accepted(threeControls(), 'storage1', 'Ceph monitors').join()).toMatch(
      /^iifname "eth4" ip saddr \{ 192\.168\.24\.11, .*192\.168\.24\.33 \} tcp dport \{ 3300, 6789 \}/,
    );
    const two = threeControls().cloud;
    expect(two.networks.storage?.cidr).toBe('192.168.24.0/24');
  });

  it('name no interface of instances', () => {
    for (const host of ['control1', 'compute1', 'storage1'])
      for (const line of accepted(threeControls(), host)) expect(line).not.toMatch(/"(eth2|br-ex|br-int)"/);
  });

  it('let ssh in where the description sends it', () => {
    expect(accepted(threeControls(), 'storage1', 'ssh')).toEqual([
      'iifname "eth1" tcp dport 22 accept comment "ssh"',
    ]);
    const limited = threeControls('firewall: { ssh: [198.18.0.0/15] }\nssh: { port: 2222 }\n');
    // Limited or not: Nova moves instances over it.
    expect(accepted(limited, 'compute1', 'ssh for moving instances')).toEqual([
      'iifname "eth1" ip saddr 192.0.2.22 tcp dport 2222 accept comment "ssh for moving instances"',
    ]);
    expect(accepted(limited, 'storage1', 'ssh for moving instances')).toEqual([]);
    expect(accepted(limited, 'storage1', 'ssh')).toEqual([
      'iifname "eth1" ip saddr 198.18.0.0/15 tcp dport 2222 accept comment "ssh"',
    ]);
  });

  it('let ssh in at the interface that has the address ssh goes to, and with a name at all but those of others', () => {
    const interfaces = ['eth0', 'eth1', 'eth2', 'eth3', 'eth4', 'eth5', 'br-ex', 'lo'].map((name, index) => ({
      name,
      up: true,
      mtu: 1500,
      addresses: name === 'eth5' ? [`198.18.0.${index}/24`] : [],
    }));
    const withAddress = (address: string) => {
      const context = threeControls('', { interfaces });
      const hosts = context.cloud.hosts.map((host) => ({ ...host, sshAddress: address }));
      return accepted({ ...context, cloud: { ...context.cloud, hosts } }, 'control1', 'ssh');
    };
    expect(withAddress('198.18.0.5')).toEqual([
      'iifname { "eth1", "eth5" } tcp dport 22 accept comment "ssh"',
    ]);
    expect(withAddress('control1.example.org')).toEqual([
      'iifname { "eth1", "eth0", "eth5" } tcp dport 22 accept comment "ssh"',
    ]);
  });

  it('let in what the description allows', () => {
    const allow = (entry: string) =>
      accepted(threeControls(`firewall: { allow: [${entry}] }\n`), 'compute1', 'allowed by the description');
    expect(allow('{ ports: [9100, 9200-9210] }')).toEqual([
      'iifname "eth1" ip saddr 192.0.2.0/24 tcp dport { 9100, 9200-9210 } accept comment "allowed by the description"',
    ]);
    expect(allow('{ ports: [161], protocol: udp, network: any, from: [198.18.0.7/32] }')).toEqual([
      'ip saddr 198.18.0.7/32 udp dport 161 accept comment "allowed by the description"',
    ]);
    expect(allow('{ ports: [9100], roles: [control, storage] }')).toEqual([]);
    expect(allow('{ ports: [9100], roles: [compute] }')).toHaveLength(1);
  });

  it('are not there where the description switches them off', () => {
    expect(
      allResources(threeControls('firewall: { enabled: false }\n')).some(({ id }) => id.includes('firewall')),
    ).toBe(false);
  });
});

describe('the unit that loads the rules at boot', () => {
  it('comes before the network and never flushes the rules of others', () => {
    const unit = content(threeControls(), 'control1', '/etc/systemd/system/cloudwright-firewall.service');
    expect(unit).toContain('Before=network-pre.target');
    expect(unit).not.toContain('ExecStop');
  });
});
