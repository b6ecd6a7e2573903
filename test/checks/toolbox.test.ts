import { describe, expect, it } from 'vitest';
import {
  judgeComputeServices,
  judgeHypervisors,
  judgeNetworkAgents,
  judgeVolumeServices,
} from '../../src/checks/judgements.ts';
import { toolbox } from '../../src/checks/toolbox.ts';
import { type FakeCloud, withFakeCloud } from '../api/fake-cloud.ts';

const up = {
  zone: 'internal',
  status: 'enabled' as const,
  state: 'up' as const,
  disabled_reason: null,
  updated_at: null,
} as const;
const compute = [
  { id: '1', binary: 'nova-conductor', host: 'c1', ...up },
  { id: '2', binary: 'nova-scheduler', host: 'c1', ...up },
  { id: '3', binary: 'nova-compute', host: 'n1.example', ...up },
];
const agent = (agent_type: string, host: string) => ({
  id: `${agent_type}${host}`,
  agent_type,
  host,
  binary: 'x',
  alive: true,
  admin_state_up: true,
});
const agents = [
  agent('OVN Controller Gateway agent', 'c1'),
  agent('OVN Metadata agent', 'c1'),
  agent('OVN Controller agent', 'n1'),
  agent('OVN Metadata agent', 'n1'),
];
const expected = {
  region: 'RegionOne',
  compute: { control: ['c1'], compute: ['n1'] },
  agents: { chassis: ['c1', 'n1'], gateways: ['c1'] },
  volume: [
    { binary: 'cinder-scheduler', host: 'c1' },
    { binary: 'cinder-volume', host: 'trial@ceph' },
  ],
  catalog: ['identity', 'image'],
};
const volumes = [
  { binary: 'cinder-scheduler', host: 'c1', ...up },
  { binary: 'cinder-volume', host: 'trial@ceph', ...up },
];
const hypervisor = {
  id: 'h',
  hypervisor_hostname: 'n1',
  hypervisor_type: 'QEMU',
  state: 'up' as const,
  status: 'enabled' as const,
  vcpus: 4,
  vcpus_used: 1,
  memory_mb: 8000,
  memory_mb_used: 672,
  running_vms: 1,
  service: { host: 'n1' },
};

describe('compute services', () => {
  it('is content with one nova-compute for each compute host, names with or without domain', () => {
    expect(judgeComputeServices(compute, expected.compute)).toEqual({
      ok: true,
      sentence: '3 compute services enabled and up, one nova-compute for each of 1 compute host',
    });
  });

  it.each([
    [
      'down',
      compute.map((one) => ({ ...one, state: 'down' as const })),
      'nova-compute on n1.example is down',
    ],
    [
      'disabled',
      [...compute.slice(0, 2), { ...compute[2], status: 'disabled', disabled_reason: 'by hand' }],
      'nova-compute on n1.example is disabled (by hand)',
    ],
    ['missing', compute.slice(0, 2), 'nova-compute on n1 has not registered'],
    ['no scheduler', [compute[0], compute[2]], 'nova-scheduler on c1 has not registered'],
    ['twice', [...compute, { ...compute[2], host: 'n1' }], '2 nova-compute services for n1'],
  ])('notices: %s', (_, services, sentence) => {
    const found = judgeComputeServices(services as typeof compute, expected.compute);
    expect(found.ok).toBe(false);
    expect(found.sentence).toContain(sentence);
  });
});

describe('network agents', () => {
  it('is content with the kinds of ML2/OVN', () => {
    expect(judgeNetworkAgents(agents, expected.agents).ok).toBe(true);
  });

  it.each([
    ['dead', agents.map((one) => ({ ...one, alive: false })), 'OVN Metadata agent on n1 is not alive'],
    ['off', agents.map((one) => ({ ...one, admin_state_up: false })), 'is switched off'],
    ['no metadata', agents.slice(0, 3), 'OVN Metadata agent on n1 has not registered'],
    ['no gateway', [agent('OVN Controller agent', 'c1'), ...agents.slice(1)], 'c1 is to carry routers'],
    ['wrong kind', [...agents, agent('Open vSwitch agent', 'n1')], 'Open vSwitch agent on n1, a kind that'],
    ['none', [], 'OVN Controller agent on c1 has not registered'],
  ])('notices: %s', (_, found, sentence) => {
    const judged = judgeNetworkAgents(found, expected.agents);
    expect(judged.ok).toBe(false);
    expect(judged.sentence).toContain(sentence);
  });
});

describe('volume services', () => {
  it('tells backends apart', () => {
    expect(judgeVolumeServices(volumes, expected.volume).ok).toBe(true);
    const other = [volumes[0], { ...volumes[1], host: 'trial@lvm' }] as typeof volumes;
    expect(judgeVolumeServices(other, expected.volume).sentence).toBe(
      'cinder-volume on trial@ceph has not registered',
    );
  });
});

// E19: a host that was taken out of the description made the checks fail forever.
describe('what a host that is no longer described has left behind', () => {
  it('is a fault while it still takes instances, and none when it is disabled, wherever it runs', () => {
    const on = (host: string, status: string) =>
      judgeComputeServices([...compute, { ...compute[2], host, status }] as typeof compute, expected.compute);
    expect(on('n9', 'enabled')).toMatchObject({
      ok: false,
      sentence: expect.stringContaining(
        'n9, which is no compute host of the description, still takes instances',
      ),
    });
    // c1 has lost the role alone.
    for (const host of ['n9', 'c1']) expect(on(host, 'disabled').ok).toBe(true);
  });

  const gone = { host: 'n9', state: 'down' } as const;
  const down = { ...gone, status: 'disabled' } as const;

  it('is no fault once it is silent', () => {
    const findings = [
      judgeComputeServices([...compute, { ...compute[2], ...down }] as typeof compute, expected.compute),
      judgeHypervisors([hypervisor, { ...hypervisor, ...gone, service: { host: 'n9' } }], expected.compute),
      judgeNetworkAgents(
        [...agents, { ...agent('OVN Metadata agent', 'n9'), alive: false }],
        expected.agents,
      ),
      judgeVolumeServices(
        [
          ...volumes,
          { ...volumes[0], ...down },
          { ...volumes[1], ...down, host: 'trial@lvm' },
        ] as typeof volumes,
        expected.volume,
      ),
    ];
    expect(findings.map(({ ok, sentence }) => [ok, sentence])).toEqual([
      [true, '3 compute services enabled and up, one nova-compute for each of 1 compute host'],
      [true, '1 hypervisor up'],
      [true, `${agents.length} network agents alive and up, of the kinds that ML2/OVN uses`],
      [true, '2 volume services enabled and up'],
    ]);
  });

  it('is a fault on a host that is described', () => {
    const silent = { ...hypervisor, state: 'down' as const };
    expect(judgeHypervisors([silent], expected.compute).sentence).toContain(
      'hypervisor n1 is enabled and down',
    );
    const stopped = volumes.map((one) => ({ ...one, state: 'down' as const }));
    expect(judgeVolumeServices(stopped, expected.volume).sentence).toContain(
      'cinder-volume on trial@ceph is down',
    );
  });
});

function addServices(cloud: FakeCloud): void {
  cloud.add(
    ['GET', /^compute\/v2.1\/os-services$/, () => ({ json: { services: compute } })],
    ['GET', /^compute\/v2.1\/os-hypervisors\/detail$/, () => ({ json: { hypervisors: [hypervisor] } })],
    ['GET', /^network\/v2.0\/agents$/, () => ({ json: { agents } })],
    ['GET', /^volume\/v3\/p-admin\/os-services$/, () => ({ json: { services: volumes } })],
  );
}

describe('toolbox', () => {
  it('gives tables and verdicts, each row with every column', () =>
    withFakeCloud(async (cloud) => {
      addServices(cloud);
      const report = await toolbox(cloud.client(), expected);
      expect(report.ok).toBe(true);
      for (const table of report.tables) {
        expect(table.rows.length).toBeGreaterThan(0);
        for (const row of table.rows) expect(Object.keys(row)).toEqual(table.columns);
      }
      expect(report.tables.find((one) => one.name === 'network-agents')?.rows[0]).toEqual({
        type: 'OVN Controller Gateway agent',
        host: 'c1',
        alive: ':-)',
        state: 'UP',
        binary: 'x',
      });
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    }));

  it('shows the rest when one service fails', () =>
    withFakeCloud(async (cloud) => {
      addServices(cloud);
      cloud.interfere = ({ path }) => (path.startsWith('network/') ? { status: 503 } : undefined);
      const report = await toolbox(cloud.client(), expected);
      expect(report.ok).toBe(false);
      expect(report.verdicts.filter((one) => !one.ok).map((one) => one.subject)).toEqual(['Network agents']);
      expect(report.verdicts.find((one) => !one.ok)?.sentence).toContain(
        'the network service is not available',
      );
      expect(report.tables.find((one) => one.name === 'compute-services')?.rows).toHaveLength(3);
    }));

  it('misses a service in the catalog', () =>
    withFakeCloud(async (cloud) => {
      addServices(cloud);
      const report = await toolbox(cloud.client(), { ...expected, catalog: ['dns'] });
      expect(report.verdicts.at(-1)?.sentence).toBe('no public endpoint of type dns in region RegionOne');
    }));
});
