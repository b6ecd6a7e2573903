import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importBurrito } from '../../../src/formats/burrito/import.ts';
import { burritoKeys } from '../../../src/formats/burrito/keys.ts';
import { importSources } from '../../../src/formats/import.ts';
import { countOutcomes, type ImportedKey } from '../../../src/formats/report.ts';
import type { SourceFile } from '../../../src/formats/result.ts';
import { decryptVault, encryptVault } from '../../../src/vault/format.ts';
import { changed, fixture, reportText } from '../fixtures.ts';
import { burritoKeyList } from './keyList.ts';

const examples = ['eight-hosts', 'all-in-one', 'powerflex-hci', 'first-release'] as const;
const read = (name: string): readonly SourceFile[] => fixture(join(import.meta.dirname, 'fixtures', name));
const codes = (files: readonly SourceFile[]): readonly string[] =>
  importSources(files, { format: 'burrito' }).problems.map((found) => found.code);

describe('the examples of the guides', () => {
  test.each(examples)('%s', async (name) => {
    const imported = importSources(read(name), { format: 'burrito' });
    const golden = join(import.meta.dirname, 'golden');
    await expect(imported.rendered?.text).toMatchFileSnapshot(join(golden, `${name}.yaml`));
    await expect(
      imported.result && reportText({ ...imported.result, problems: imported.problems }),
    ).toMatchFileSnapshot(join(golden, `${name}.report.txt`));
  });

  test.each(['eight-hosts', 'all-in-one', 'first-release'])('%s validates', (name) => {
    const errors = importSources(read(name)).problems.filter((found) => found.severity === 'error');
    expect(errors).toEqual([]);
  });

  test('errors of the result point into the original file', () => {
    const { problems } = importSources(read('powerflex-hci'), { format: 'burrito' });
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'CLOUD_ADDRESS_OUTSIDE',
        place: expect.objectContaining({
          file: 'vars.yml',
          line: 8,
          column: 17,
          text: 'keepalived_vip: "192.168.22.100"',
        }),
      }),
    );
  });

  test.each(examples)('%s is accounted for key by key, and the count adds up', (name) => {
    const { report } = importBurrito(read(name));
    const count = countOutcomes(report);
    const { total, ...parts } = count;
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total);
    for (const line of read(name)
      .find((file) => file.path === 'vars.yml')
      ?.text.split('\n') ?? []) {
      const key = /^([a-z_0-9]+):/.exec(line)?.[1];
      if (key) expect(report.keys.map((item) => item.key)).toContain(key);
    }
  });
});

const everyKey = changed(
  read('all-in-one'),
  'vars.yml',
  (text) => text + burritoKeyList.map((key) => `${key}: "x"\n`).join(''),
);
const reported = new Map<string, readonly ImportedKey[]>();
for (const item of importBurrito(everyKey).report.keys)
  reported.set(item.key, [...(reported.get(item.key) ?? []), item]);

test.each(burritoKeyList)('the key %s has an outcome', (key) => {
  expect(burritoKeys.rule(key)).toMatchObject({
    outcome: expect.any(String),
    note: expect.stringMatching(/\S/),
  });
  const found = reported.get(key) ?? [];
  expect(found.length).toBeGreaterThan(0);
  expect(
    found.every((item) => item.note !== undefined || item.to !== undefined || item.outcome === 'default'),
  ).toBe(true);
});

describe('traps', () => {
  test('the sample’s list of all backends', () => {
    expect(codes(read('eight-hosts'))).toContain('IMPORT_ALL_BACKENDS');
  });

  test('two copies on three hosts', () => {
    expect(codes(read('eight-hosts'))).toContain('IMPORT_POOL_SIZE');
  });

  test('a misspelt variable gets a suggestion', () => {
    const { problems } = importBurrito(read('powerflex-hci'));
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'IMPORT_UNKNOWN_KEY', suggestion: 'keepalived_vip_svc' }),
    );
  });

  test('no virtual address', () => {
    expect(
      codes(changed(read('all-in-one'), 'vars.yml', (text) => text.replace('192.168.21.10', ''))),
    ).toContain('IMPORT_VIP_MISSING');
  });

  test('a host without address', () => {
    expect(
      codes(changed(read('all-in-one'), 'hosts', (text) => text.replace(' ip=192.168.21.11', ''))),
    ).toContain('IMPORT_HOST_ADDRESS');
  });

  test('a host in no group, a group that means nothing', () => {
    const files = changed(
      read('all-in-one'),
      'hosts',
      (text) => `lost ip=192.168.21.12\n${text}\n[osd]\nnode1\n`,
    );
    const { report, problems } = importBurrito(files);
    expect(problems.map((found) => found.code)).toContain('IMPORT_HOST_UNUSED');
    expect(report.keys).toContainEqual(
      expect.objectContaining({ key: '[osd]', outcome: 'suspicious', note: expect.stringContaining('osds') }),
    );
  });

  test('every empty disk is not taken', () => {
    const files = changed(
      read('all-in-one'),
      'group_vars/all/ceph_vars.yml',
      () => 'ceph_osd_use_all: true\n',
    );
    expect(codes(files)).toContain('IMPORT_DEVICES_ASSUMED');
    expect(codes(files)).toContain('CLOUD_OSD_NO_DEVICE');
  });

  test('no files at all', () => {
    expect(codes([{ path: 'vars.yml', text: '' }])).toContain('IMPORT_INVENTORY_MISSING');
  });
});

describe('meaning', () => {
  const draft = (change: (text: string) => string) =>
    importBurrito(changed(read('all-in-one'), 'vars.yml', change)).description.tree;

  test('no overlay interface means provider networks only', () => {
    expect(
      draft((text) => text.replace('overlay_iface_name: eth1', 'overlay_iface_name: null')).networks,
    ).toMatchObject({ overlay: null });
  });

  test('physical networks with their VLANs', () => {
    const extra =
      'ovs_provider:\n  - {name: external, bridge: br-ex, iface: "{{ provider_iface_name }}", vlan_ranges: "100:199,300:310"}\n  - {name: lab, bridge: br-lab, iface: eth7, vlan_ranges: ""}\n';
    expect(draft((text) => text + extra).network).toMatchObject({
      physical_networks: [
        { name: 'external', bridge: 'br-ex', vlans: ['100:199', '300:310'] },
        { name: 'lab', bridge: 'br-lab', interface: 'eth7' },
      ],
    });
  });

  test('timings of a level of one’s own', () => {
    const extra =
      'ha:\n  vivace: {interval: 2, timeout: 1, rise: 1, fall: 3}\nvrrp_script_interval: "{{ ha[ha_level].interval }}"\n';
    expect(draft((text) => text + extra).ha).toEqual({ level: 'vivace', interval: 2, timeout: 1, fall: 3 });
  });

  test('least sizes of a group', () => {
    const files = [
      ...read('all-in-one'),
      { path: 'group_vars/kube_control_plane/min_hw_reqs.yml', text: 'min_vcpus: 2\nmin_memory: 16\n' },
    ];
    expect(importBurrito(files).description.tree.minimums).toEqual({ control: { cpus: 2 } });
  });

  test('hosts with an interface of their own', () => {
    const files = changed(
      changed(read('first-release'), 'vars.yml', (text) => text.replace(/storage_iface_name: eth4\n/, '')),
      'hosts',
      (text) => `${text}\n[all:vars]\nstorage_iface_name=eth4\n[mons:vars]\nstorage_iface_name=ens9\n`,
    );
    const { networks, hosts } = importBurrito(files).description.tree;
    expect(networks).toMatchObject({ storage: { interface: 'eth4' } });
    expect(hosts).toMatchObject({ storage1: { interfaces: { storage: 'ens9' } } });
  });
});

describe('secrets', () => {
  const vault =
    'vault_ssh_password: l0ng-secret-text\nvault_openstack_admin_password: Xy8kLm2PqR7t\nvault_mariadb_root_password: un-used-77\nvault_rabbitmq_openstack_password: test123\nvault_barbican_kek: 0123456789abcdef0123456789abcdef\n';
  const password = 'open sesame';
  const files = [
    ...changed(
      read('all-in-one'),
      'vars.yml',
      (text) => `${text}ansible_password: "{{ vault_ssh_password }}"\n`,
    ),
    { path: 'group_vars/all/vault.yml', text: encryptVault(vault, password) },
  ];

  test('go into the vault, opened with its password', () => {
    const result = importBurrito(files, {
      decrypt: (envelope, file) => decryptVault(envelope, password, file),
    });
    expect(result.secrets.ssh_password?.reveal()).toBe('l0ng-secret-text');
    expect(result.secrets.admin_password?.reveal()).toBe('Xy8kLm2PqR7t');
    expect(Buffer.from(result.secrets.barbican_kek?.reveal() ?? '', 'base64').length).toBe(32);
    expect(result.secrets.messaging_password).toBeUndefined();
    expect(result.secrets).not.toHaveProperty('database_root_password');
    expect(result.report.keys).toContainEqual(
      expect.objectContaining({ key: 'vault_mariadb_root_password', outcome: 'meaningless' }),
    );
    expect(result.problems.map((found) => found.code)).toContain('IMPORT_WEAK_PASSWORD');
    const said = JSON.stringify(result);
    for (const secret of ['l0ng-secret-text', 'Xy8kLm2PqR7t', 'test123', 'un-used-77', '0123456789abcdef'])
      expect(said).not.toContain(secret);
  });

  test('stay closed without it, or with another', () => {
    expect(importBurrito(files).problems.map((found) => found.code)).toContain('IMPORT_VAULT_LOCKED');
    const wrong = importBurrito(files, {
      decrypt: (envelope, file) => decryptVault(envelope, 'other', file),
    });
    expect(wrong.problems.map((found) => found.code)).toContain('IMPORT_VAULT_UNREADABLE');
    expect(wrong.secrets).toEqual({});
  });

  test('of a backend leave the description', () => {
    const netapp = changed(read('first-release'), 'group_vars/all/netapp_vars.yml', (text) =>
      text.replace('<netapp_admin_password>', 'Array-Pass-9'),
    );
    const result = importBurrito(netapp);
    expect(result.secrets.netapp1_password?.reveal()).toBe('Array-Pass-9');
    expect(JSON.stringify(result)).not.toContain('Array-Pass-9');
  });
});

test('files in the wild: CRLF, mark, repeated keys, end marks', () => {
  const wild = read('all-in-one').map((file) => ({
    ...file,
    text: `\ufeff${file.text.replaceAll('\n', '\r\n')}`,
  }));
  const twice = changed(wild, 'vars.yml', (text) => `${text}ha_level: allegro\r\n...\r\n`);
  const { description, problems } = importBurrito(twice);
  expect(description.tree.ha).toEqual({ level: 'allegro' });
  expect(problems.map((found) => found.code)).toContain('IMPORT_DUPLICATE_KEY');
  expect(importBurrito(wild).description.tree).toEqual(importBurrito(read('all-in-one')).description.tree);
});

describe('options', () => {
  const hosts =
    '[controller-node]\nc1 ip=10.0.0.1\n[network-node]\nc1\n[compute-node]\nc1\n[mons]\nc1\n[mgrs]\nc1\n[osds]\nc1\n[rgws]\nc1\n';
  const vars =
    'mgmt_iface_name: eth1\nkeepalived_vip: ""\nceph_osd_use_all: true\ndata_devices: [{path: /dev/sdb}, {path: /dev/sdc}]\n';
  const files = [
    { path: 'hosts', text: hosts },
    { path: 'vars.yml', text: vars },
  ];

  test('stand above the files, and nothing is missing then', () => {
    const given = { vip: '10.0.0.250', devices: ['/dev/sdz'], addresses: { c1: '10.0.0.9' } };
    const { description, problems } = importBurrito(files, { hints: given });
    expect(description.tree.hosts).toMatchObject({ c1: { devices: ['/dev/sdz'], address: '10.0.0.9' } });
    const codes = problems.map(({ code }) => code);
    expect(codes).not.toContain('IMPORT_VIP_MISSING');
    expect(codes).not.toContain('IMPORT_DEVICES_ASSUMED');
  });

  test('are named where something is missing', () => {
    const next = importBurrito(files).problems.map((found) => found.next);
    expect(next).toContainEqual(expect.stringContaining('--vip'));
    expect(next).toContainEqual(expect.stringContaining('--device'));
  });
});

test.each([
  ['is_ovs: false\n', 'linuxbridge'],
  ['is_ovs: true\nis_ovn: false\n', 'openvswitch'],
])('%j: OVN takes the place of %s, and the report says so', (text, mechanism) => {
  const files = [
    { path: 'hosts', text: '[controller-node]\nc1 ip=10.0.0.1\n' },
    { path: 'vars.yml', text: `keepalived_vip: 10.0.0.250\n${text}` },
  ];
  const { description, report, problems } = importBurrito(files);
  expect(description.tree).not.toHaveProperty('network.mechanism');
  expect(report.keys.find(({ key }) => key === 'is_ovs')).toMatchObject({
    outcome: 'unsupported',
    note: `${mechanism} is not deployed; ovn takes its place`,
  });
  expect(problems.map(({ code }) => code)).toContain('IMPORT_NOT_SUPPORTED');
});

test('storage hosts have no interface in the service network', () => {
  const { description } = importBurrito(read('eight-hosts'));
  expect(description.tree.hosts).toMatchObject({ storage1: { interfaces: { service: null } } });
  expect(description.tree.hosts).not.toHaveProperty('control1.interfaces');
});
