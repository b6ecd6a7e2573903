import { describe, expect, it } from 'vitest';
import { importSources } from '../../../src/formats/import.ts';

const hosts = [
  'CONFIG_CONTROLLER_HOST=192.168.82.11',
  'CONFIG_NETWORK_HOSTS=192.168.82.21',
  'CONFIG_COMPUTE_HOSTS=192.168.82.31',
];

function imported(...lines: readonly string[]) {
  const text = `[general]\n${[...hosts, ...lines].join('\n')}\n`;
  const { result, valid, problems } = importSources([{ path: 'a.txt', text }], { format: 'packstack' });
  return {
    tree: JSON.parse(JSON.stringify(result?.description.tree)),
    valid,
    problems,
    report: result?.report,
  };
}

describe('the interface of the tunnels', () => {
  it('is not taken for that of the management network where no range says so', () => {
    const { tree, valid, problems } = imported('CONFIG_NEUTRON_OVN_TUNNEL_IF=eth1');
    expect(tree.networks.management.interface).toBe('eth0');
    expect(tree.networks.overlay).toEqual({ interface: 'eth1', cidr: '192.168.83.0/24' });
    expect(valid).toBe(true);
    const assumed = problems
      .filter(({ code }) => code === 'IMPORT_PACKSTACK_ASSUMED')
      .map(({ next }) => next);
    expect(assumed).toContainEqual(expect.stringContaining('--overlay-cidr'));
    expect(assumed).toContainEqual(expect.stringContaining('--management-interface'));
  });

  it('is that of the management network where the range is', () => {
    const { tree } = imported(
      'CONFIG_NEUTRON_OVN_TUNNEL_IF=eth1',
      'CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS=192.168.82.0/24',
    );
    expect(tree.networks.management.interface).toBe('eth1');
    expect(tree.networks.overlay).toEqual({ interface: 'eth1', cidr: '192.168.82.0/24' });
  });

  it('needs no second interface where the tunnels use the management network', () => {
    const { tree, valid } = imported('CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS=192.168.82.0/24');
    expect(valid).toBe(true);
    expect(tree.networks.overlay.interface).toBe(tree.networks.management.interface);
  });

  it('is not a bridge', () => {
    const { tree, report } = imported('CONFIG_NEUTRON_OVN_TUNNEL_IF=br-ex');
    expect(JSON.stringify(tree.networks)).not.toContain('br-ex');
    const found = report?.keys.find(({ key }) => key === 'CONFIG_NEUTRON_OVN_TUNNEL_IF');
    expect(found?.outcome).toBe('suspicious');
  });
});

it('a host without a usable address is not reported as carried over', () => {
  const { report, tree } = imported('CONFIG_COMPUTE_HOSTS=fd00::5', 'CONFIG_NETWORK_HOSTS=127.0.0.1');
  for (const key of ['CONFIG_COMPUTE_HOSTS', 'CONFIG_NETWORK_HOSTS']) {
    const [, last] = report?.keys.filter((found) => found.key === key) ?? [];
    expect(last?.outcome).toBe('suspicious');
    expect(last?.note).toContain('left out');
  }
  expect(Object.keys(tree.hosts)).toEqual(['controller']);
});

it('True is what Packstack writes for purging the database, and no slip', () => {
  const { report } = imported('CONFIG_NOVA_DB_PURGE_ENABLE=True', 'CONFIG_DEBUG_MODE=True');
  const entry = (key: string) => report?.keys.find((found) => found.key === key);
  expect(entry('CONFIG_NOVA_DB_PURGE_ENABLE')?.outcome).toBe('default');
  expect(entry('CONFIG_DEBUG_MODE')?.note).toContain('only y or n');
});

it.each(['NOVA', 'CINDER', 'HEAT'])(
  'the database of %s is purged every day, which is told where it was off',
  (of) => {
    const entry = (value: string) => {
      const { report } = imported(`CONFIG_${of}_DB_PURGE_ENABLE=${value}`);
      return report?.keys.find((found) => found.key === `CONFIG_${of}_DB_PURGE_ENABLE`);
    };
    expect(entry('y')?.outcome).toBe('default');
    expect(entry('n')).toMatchObject({ outcome: 'unsupported', note: expect.stringContaining('purged') });
  },
);
