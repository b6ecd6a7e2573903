import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImportHints } from '../../../src/formats/hints.ts';
import { type Import, importSources } from '../../../src/formats/import.ts';
import { reportLines } from '../../../src/formats/print.ts';
import { countOutcomes, type ImportedKey } from '../../../src/formats/report.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

function imported(lines: readonly string[], hints: ImportHints = {}): Import {
  const text = `[general]\n${lines.join('\n')}\n`;
  return importSources([{ path: 'answers.txt', text }], { hints, format: 'packstack' });
}

const alone = ['CONFIG_CONTROLLER_HOST=192.168.1.100'];

function key(result: Import, name: string): ImportedKey | undefined {
  return result.result?.report.keys.find((entry) => entry.key === name);
}

function tree(result: Import): Record<string, Record<string, unknown>> {
  return JSON.parse(JSON.stringify(result.result?.description.tree));
}

describe('the users’ own answer files', () => {
  const names = readdirSync(fixtures).filter((name) => name.endsWith('.txt'));

  it.each(names)('%s gives its golden description and report', async (name) => {
    const text = readFileSync(join(fixtures, name), 'utf8');
    const result = importSources([{ path: name, text }]);
    const golden = join(fixtures, name.replace(/\.txt$/, ''));
    await expect(result.rendered?.text).toMatchFileSnapshot(`${golden}.cloud.yaml`);
    const report = result.result
      ? reportLines(result.result.report, { all: true }).map((line) => line.text)
      : [];
    const problems = result.problems.map(({ severity, code, place, what }) => {
      const at = place?.kind === 'file' ? `${place.file}:${place.line}:${place.column}` : '';
      return `${at} ${severity} ${code}: ${what}`;
    });
    await expect(`${[...report, '', ...problems].join('\n')}\n`).toMatchFileSnapshot(`${golden}.report`);
  });

  it.each([
    'handbook-one-host.txt',
    'course-two-computes.txt',
    'generated-all-in-one.txt',
    'lab-one-host.txt',
  ])('%s can be deployed', (name) => {
    const text = readFileSync(join(fixtures, name), 'utf8');
    expect(importSources([{ path: name, text }]).valid).toBe(true);
  });

  it('names the line of the original where the handbook’s bond is used twice', () => {
    const text = readFileSync(join(fixtures, 'handbook-many-hosts.txt'), 'utf8');
    const { valid, problems } = importSources([{ path: 'handbook.txt', text }]);
    expect(valid).toBe(false);
    const [error] = problems.filter((problem) => problem.severity === 'error');
    expect(error?.code).toBe('CLOUD_PHYSICAL_NETWORK_TAKES');
    const line = text.split('\n').findIndex((row) => row.startsWith('CONFIG_NEUTRON_OVS_BRIDGE_IFACES')) + 1;
    expect(error?.place).toMatchObject({ file: 'handbook.txt', line });
  });
});

describe('hosts', () => {
  it('get roles and names from the lists', () => {
    const result = imported([
      'CONFIG_CONTROLLER_HOST=10.0.0.1',
      'CONFIG_NETWORK_HOSTS=10.0.0.2,10.0.0.3',
      'CONFIG_COMPUTE_HOSTS=10.0.0.3, 10.0.0.4',
    ]);
    expect(result.valid).toBe(true);
    expect(tree(result).hosts).toMatchObject({
      controller: { address: '10.0.0.1', roles: ['control', 'storage'] },
      network1: { address: '10.0.0.2', roles: ['network'] },
      compute1: { address: '10.0.0.3', roles: ['network', 'compute'] },
      compute2: { address: '10.0.0.4', roles: ['compute'] },
    });
  });

  it('keep storage elsewhere only where unsupported parameters are allowed', () => {
    const lines = [...alone, 'CONFIG_STORAGE_HOST=192.168.1.7'];
    expect(key(imported(lines), 'CONFIG_STORAGE_HOST')?.outcome).toBe('meaningless');
    const hosts = tree(imported([...lines, 'CONFIG_UNSUPPORTED=y'])).hosts;
    expect(hosts).toMatchObject({ storage1: { address: '192.168.1.7', roles: ['storage'] } });
  });

  it('called by name need an address', () => {
    const lines = ['CONFIG_CONTROLLER_HOST=ctl.example.org'];
    const without = imported(lines);
    expect(without.valid).toBe(false);
    expect(without.problems[0]).toMatchObject({
      code: 'IMPORT_PACKSTACK_HOST',
      place: { line: 2, column: 24 },
    });
    const told = imported(lines, { addresses: { 'ctl.example.org': '10.9.8.7' } });
    expect(told.valid).toBe(true);
    expect(tree(told).hosts).toMatchObject({ ctl: { address: '10.9.8.7' } });
  });

  it('are refused at a loopback address, and missed where there is none', () => {
    expect(imported(['CONFIG_CONTROLLER_HOST=127.0.0.1']).problems[0]?.code).toBe(
      'IMPORT_PACKSTACK_LOOPBACK',
    );
    expect(imported(['CONFIG_DEBUG_MODE=n']).problems[0]?.code).toBe('IMPORT_PACKSTACK_CONTROLLER');
    expect(imported(['CONFIG_CONTROLLER_HOST=']).valid).toBe(false);
  });

  it('excluded and in no list are asked about', () => {
    const found = key(imported([...alone, 'EXCLUDE_SERVERS=192.168.1.100,192.168.1.9']), 'EXCLUDE_SERVERS');
    expect(found).toMatchObject({
      outcome: 'suspicious',
      note: expect.stringContaining('192.168.1.9 is in no list'),
    });
    expect(key(imported([...alone, 'EXCLUDE_SERVERS=192.168.1.100']), 'EXCLUDE_SERVERS')?.outcome).toBe(
      'meaningless',
    );
  });

  it('may be named under old names, which must agree', () => {
    const old = imported([
      'CONFIG_KEYSTONE_HOST=10.1.1.1',
      'CONFIG_GLANCE_HOST=10.1.1.1',
      'CONFIG_CINDER_HOST=10.1.1.2',
    ]);
    expect(tree(old).hosts).toMatchObject({ controller: { address: '10.1.1.1' } });
    expect(key(old, 'CONFIG_KEYSTONE_HOST')).toMatchObject({
      outcome: 'carried',
      note: expect.stringContaining('Old name'),
    });
    expect(key(old, 'CONFIG_GLANCE_HOST')?.outcome).toBe('meaningless');
    expect(key(old, 'CONFIG_CINDER_HOST')?.outcome).toBe('suspicious');
  });
});

describe('networks', () => {
  it('assume the virtual address from .250 downwards, past what is in use', () => {
    expect(tree(imported(alone)).networks?.management).toMatchObject({
      cidr: '192.168.1.0/24',
      vip: '192.168.1.250',
    });
    const taken = imported([...alone, 'CONFIG_COMPUTE_HOSTS=192.168.1.250,192.168.1.249']);
    expect(tree(taken).networks?.management).toMatchObject({ vip: '192.168.1.248' });
    const pool = imported([
      ...alone,
      'CONFIG_PROVISION_DEMO_FLOATRANGE=192.168.1.0/24',
      'CONFIG_PROVISION_DEMO_ALLOCATION_POOLS=["start=192.168.1.200,end=192.168.1.250"]',
    ]);
    expect(tree(pool).networks?.management).toMatchObject({ vip: '192.168.1.199' });
    expect(pool.valid).toBe(true);
    expect(taken.problems.filter(({ code }) => code === 'IMPORT_PACKSTACK_ASSUMED').length).toBeGreaterThan(
      0,
    );
  });

  it('widen until all hosts are in, and say where that fails', () => {
    const wide = imported(['CONFIG_CONTROLLER_HOST=10.1.2.3', 'CONFIG_COMPUTE_HOSTS=10.1.5.3']);
    expect(tree(wide).networks?.management).toMatchObject({ cidr: '10.1.0.0/21' });
    const apart = imported(['CONFIG_CONTROLLER_HOST=10.1.2.3', 'CONFIG_COMPUTE_HOSTS=192.168.0.1']);
    expect(apart.problems.find(({ code }) => code === 'IMPORT_PACKSTACK_NETWORK')?.place).toMatchObject({
      line: 3,
    });
  });

  it('take what they are told, and then assume nothing', () => {
    const hints = {
      cloud: 'seoul',
      vip: '192.168.1.7',
      managementCidr: '192.168.0.0/22',
      managementInterface: 'eno1',
      providerInterface: 'eno2',
      overlayInterface: 'eno3',
      overlayCidr: '10.5.0.0/22',
      devices: ['/dev/sdb', '/dev/sdc'],
      sshConfig: '/lab/ssh_config',
    };
    const told = imported(alone, hints);
    expect(told.valid).toBe(true);
    expect(told.problems.filter(({ code }) => code === 'IMPORT_PACKSTACK_ASSUMED')).toEqual([]);
    expect(tree(told)).toMatchObject({
      cloud: 'seoul',
      ssh: { config: '/lab/ssh_config' },
      networks: {
        management: { interface: 'eno1', cidr: '192.168.0.0/22', vip: '192.168.1.7' },
        provider: { interface: 'eno2' },
        overlay: { interface: 'eno3', cidr: '10.5.0.0/22' },
      },
      hosts: { controller: { devices: ['/dev/sdb', '/dev/sdc'] } },
    });
    expect(tree(told).minimums).toBeUndefined();
  });

  it('take bridges, interfaces, VLANs and tunnels from the agent that counts', () => {
    const result = imported([
      ...alone,
      'CONFIG_NEUTRON_L2_AGENT=openvswitch',
      'CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS=openvswitch',
      'CONFIG_NEUTRON_ML2_TYPE_DRIVERS=flat,vlan,vxlan',
      'CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES=vlan,vxlan',
      'CONFIG_NEUTRON_ML2_VLAN_RANGES=physnet1:100:199',
      'CONFIG_NEUTRON_OVS_BRIDGE_MAPPINGS=physnet1:br-vlan,extnet:br-ex',
      'CONFIG_NEUTRON_OVS_BRIDGE_IFACES=br-ex:em1,br-vlan:em2',
      'CONFIG_NEUTRON_OVS_TUNNEL_IF=em3',
      'CONFIG_NEUTRON_OVS_TUNNEL_SUBNETS=10.20.0.0/24',
      'CONFIG_NEUTRON_OVN_BRIDGE_IFACES=br-ex:em9',
    ]);
    expect(result.valid).toBe(true);
    expect(tree(result)).toMatchObject({
      networks: { provider: { interface: 'em1' }, overlay: { interface: 'em3', cidr: '10.20.0.0/24' } },
      network: {
        tenant_types: ['vlan', 'geneve'],
        physical_networks: [
          { name: 'extnet', bridge: 'br-ex' },
          { name: 'physnet1', bridge: 'br-vlan', interface: 'em2', vlans: ['100:199'] },
        ],
      },
    });
    expect(key(result, 'CONFIG_NEUTRON_OVN_BRIDGE_IFACES')?.outcome).toBe('meaningless');
    expect(key(result, 'CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES')?.note).toContain('vxlan becomes geneve');
  });

  it('tell contradictions', () => {
    const cases: readonly (readonly [readonly string[], string, string])[] = [
      [
        ['CONFIG_NEUTRON_L2_AGENT=ovn', 'CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS=openvswitch'],
        'CONFIG_NEUTRON_L2_AGENT',
        'contradict each other',
      ],
      [
        ['CONFIG_NEUTRON_OVN_EXTERNAL_PHYSNET=nowhere'],
        'CONFIG_NEUTRON_OVN_EXTERNAL_PHYSNET',
        'no bridge mapping',
      ],
      [
        ['CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS=extnet:br-ex', 'CONFIG_NEUTRON_OVN_BRIDGE_IFACES=br-out:em1'],
        'CONFIG_NEUTRON_OVN_BRIDGE_IFACES',
        'nothing uses it',
      ],
      [
        ['CONFIG_NEUTRON_ML2_VLAN_RANGES=extnet:1:5', 'CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS=extnet:br-ex'],
        'CONFIG_NEUTRON_ML2_VLAN_RANGES',
        'vlan is not among',
      ],
      [
        ['CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES=vxlan'],
        'CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES',
        'would refuse',
      ],
      [
        ['CONFIG_NEUTRON_OVN_BRIDGE_IFACES=10.0.0.0/24', 'CONFIG_USE_SUBNETS=y'],
        'CONFIG_USE_SUBNETS',
        'Subnets are given',
      ],
    ];
    for (const [lines, name, text] of cases) {
      expect(key(imported([...alone, ...lines]), name), lines.join(' ')).toMatchObject({
        outcome: 'suspicious',
        note: expect.stringContaining(text),
      });
    }
  });
});

describe('values', () => {
  it('read other spellings of y and n, and say so', () => {
    const result = imported([
      ...alone,
      'CONFIG_HORIZON_INSTALL=False',
      'CONFIG_HEAT_INSTALL=YES',
      'CONFIG_SWIFT_INSTALL=perhaps',
    ]);
    expect(tree(result).services).toMatchObject({ dashboard: false, 'object-store': true });
    for (const name of ['CONFIG_HORIZON_INSTALL', 'CONFIG_HEAT_INSTALL', 'CONFIG_SWIFT_INSTALL']) {
      expect(key(result, name)).toMatchObject({
        outcome: 'suspicious',
        note: expect.stringContaining('only y or n'),
      });
    }
  });

  it('carry ratios, region, time servers, key and hypervisor', () => {
    const result = imported([
      ...alone,
      'CONFIG_SSH_KEY=/root/.ssh/id_ed25519.pub',
      'CONFIG_KEYSTONE_REGION=Busan',
      'CONFIG_NTP_SERVERS=0.kr.pool.ntp.org, 203.248.240.140',
      'CONFIG_NOVA_SCHED_CPU_ALLOC_RATIO=3.0',
      'CONFIG_NOVA_SCHED_RAM_ALLOC_RATIO=1.0',
      'CONFIG_NOVA_LIBVIRT_VIRT_TYPE=qemu',
    ]);
    expect(tree(result)).toMatchObject({
      region: 'Busan',
      ssh: { key: '/root/.ssh/id_ed25519' },
      time: { servers: ['0.kr.pool.ntp.org', '203.248.240.140'] },
      compute: { cpu_ratio: 3, virtualization: 'qemu' },
    });
    expect(key(result, 'CONFIG_NOVA_SCHED_RAM_ALLOC_RATIO')?.outcome).toBe('default');
    expect(result.valid).toBe(true);
  });

  it('that validation refuses are shown in the answer file', () => {
    const result = imported([
      ...alone,
      'CONFIG_NOVA_SCHED_CPU_ALLOC_RATIO=640',
      'CONFIG_NTP_SERVERS=a.example,not a host',
    ]);
    const errors = result.problems.filter((problem) => problem.severity === 'error');
    expect(errors.map((problem) => problem.place)).toMatchObject([
      { file: 'answers.txt', line: 3, column: 35 },
      { file: 'answers.txt', line: 4, column: 20 },
    ]);
  });

  it('turn the volume group’s file into that of an OSD of the same size', () => {
    const sized = imported([...alone, 'CONFIG_CINDER_VOLUMES_SIZE=30G']);
    expect(tree(sized).hosts).toMatchObject({
      controller: { devices: ['file:/var/lib/cloudwright/osd0.img:30G'] },
    });
    expect(
      key(imported([...alone, 'CONFIG_CINDER_VOLUMES_CREATE=n']), 'CONFIG_CINDER_VOLUMES_CREATE')?.outcome,
    ).toBe('suspicious');
    const disks = key(
      imported([...alone, 'CONFIG_SWIFT_STORAGES=/dev/vdb,/dev/vdc']),
      'CONFIG_SWIFT_STORAGES',
    );
    expect(disks).toMatchObject({ outcome: 'unsupported', note: expect.stringContaining('wipe') });
    expect(key(imported([...alone, 'CONFIG_CINDER_BACKEND=lvm']), 'CONFIG_CINDER_BACKEND')?.note).toContain(
      'RBD',
    );
  });

  it('describe NFS and NetApp backends behind Ceph, and tell that they are not deployed', () => {
    const result = imported([
      ...alone,
      'CONFIG_CINDER_BACKEND=nfs,netapp',
      'CONFIG_CINDER_NFS_MOUNTS=10.9.0.1:/volumes',
      'CONFIG_CINDER_NETAPP_HOSTNAME=10.9.0.2',
      'CONFIG_CINDER_NETAPP_LOGIN=admin',
      'CONFIG_CINDER_NETAPP_PASSWORD=Never-Shown-77',
      'CONFIG_CINDER_NETAPP_VSERVER=svm1',
      'CONFIG_CINDER_NETAPP_NFS_SHARES=10.9.0.3:/vol1,10.9.0.3:/vol2',
    ]);
    expect(result.valid).toBe(true);
    expect(tree(result).storage?.backends).toEqual([
      'ceph',
      { type: 'nfs', name: 'nfs', shares: ['10.9.0.1:/volumes'] },
      {
        type: 'netapp',
        name: 'netapp',
        management_lif: '10.9.0.2',
        data_lif: '10.9.0.3',
        svm: 'svm1',
        username: 'admin',
        shares: ['10.9.0.3:/vol1', '10.9.0.3:/vol2'],
      },
    ]);
    const told = result.problems.filter(({ code }) => code === 'CLOUD_BACKEND_NOT_DEPLOYED');
    expect(told).toMatchObject([
      { severity: 'warning', place: { file: 'answers.txt', line: 4 } },
      { severity: 'warning', place: { file: 'answers.txt' } },
    ]);
    expect(key(result, 'CONFIG_CINDER_NETAPP_PASSWORD')?.outcome).toBe('unsupported');
    expect(JSON.stringify([result.problems, result.rendered, result.result])).not.toContain('Never-Shown');
  });

  it('given twice count the second time', () => {
    const result = imported([...alone, 'CONFIG_KEYSTONE_REGION=One', 'CONFIG_KEYSTONE_REGION=Two']);
    expect(tree(result).region).toBe('Two');
    const twice = result.result?.report.keys.filter((entry) => entry.key === 'CONFIG_KEYSTONE_REGION');
    expect(twice?.map((entry) => entry.outcome)).toEqual(['suspicious', 'carried']);
  });

  it('below other sections have no meaning', () => {
    const text = '[other]\nCONFIG_KEYSTONE_REGION=One\n[general]\nCONFIG_CONTROLLER_HOST=10.0.0.1\n[empty]\n';
    const result = importSources([{ path: 'a', text }]);
    expect(key(result, 'CONFIG_KEYSTONE_REGION')?.outcome).toBe('meaningless');
    expect(result.valid).toBe(true);
  });

  it('of misspelt keys lead to a suggestion', () => {
    const { problems, result } = imported([...alone, 'CONFIG_NETWORD_HOSTS=192.168.1.100']);
    expect(problems.find(({ code }) => code === 'IMPORT_PACKSTACK_UNKNOWN_KEY')).toMatchObject({
      severity: 'warning',
      suggestion: 'CONFIG_NETWORK_HOSTS',
      place: { line: 3 },
    });
    expect(result?.report.keys.at(-1)).toMatchObject({
      outcome: 'suspicious',
      note: expect.stringContaining('CONFIG_NETWORK_HOSTS'),
    });
  });
});

describe('the report', () => {
  it('accounts for every answer, and its closing count adds up', () => {
    const result = imported([
      ...alone,
      'CONFIG_NEUTRON_VPNAAS=y',
      'CONFIG_REPO=x',
      'NONSENSE=1',
      'CONFIG_DEBUG_MODE=n',
    ]);
    const report = result.result?.report;
    expect(report?.keys).toHaveLength(5);
    const { total, ...parts } = countOutcomes(report ?? { format: 'packstack', files: [], keys: [] });
    expect(Object.values(parts).reduce((sum, count) => sum + count, 0)).toBe(total);
    const last = report ? reportLines(report).at(-1)?.text : '';
    expect(last).toBe(
      '5 keys read from Packstack: 1 carried + 1 default + 1 meaningless + 1 unsupported + 1 suspicious = 5',
    );
  });
});
