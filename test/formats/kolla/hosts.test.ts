import { describe, expect, test } from 'vitest';
import type { ImportHints } from '../../../src/formats/hints.ts';
import { importSources } from '../../../src/formats/import.ts';

function imported(globals: string, inventory: string, hints: ImportHints = {}) {
  const files = [
    { path: 'globals.yml', text: globals },
    { path: 'multinode', text: inventory },
  ];
  const { result, problems } = importSources(files, { format: 'kolla', hints });
  return {
    tree: JSON.parse(JSON.stringify(result?.description.tree ?? {})),
    problems,
    errors: problems.filter(({ severity }) => severity === 'error'),
    keys: result?.report.keys ?? [],
  };
}

const usual =
  'kolla_internal_vip_address: "10.0.0.250"\nnetwork_interface: "eth0"\nneutron_external_interface: "ext0"\n';

describe('ansible_host', () => {
  const globals = usual.replace('10.0.0.250', '10.10.0.250');
  const inventory =
    '[control]\nc1 ansible_host=192.168.100.11\n[network]\nc1\n[compute]\nc1\n[storage]\nc1\n';

  test('is where ssh goes when the virtual address lies elsewhere', () => {
    const { tree, errors } = imported(globals, inventory);
    expect(tree.networks.management.cidr).toBe('10.10.0.0/24');
    expect(tree.hosts.c1).toMatchObject({ ssh_address: '192.168.100.11' });
    expect(tree.hosts.c1).not.toHaveProperty('address');
    const about = errors.filter(({ code }) => code === 'IMPORT_HOST_ADDRESS' || code === 'CLOUD_MISSING');
    expect(about).toHaveLength(1);
    expect(about[0]?.next).toContain('--address c1=ADDRESS');
  });

  test('gives way to an address that was given', () => {
    const { tree, errors } = imported(globals, inventory, {
      addresses: { c1: '10.10.0.11' },
      devices: ['/dev/sdb'],
    });
    expect(tree.hosts.c1).toMatchObject({ address: '10.10.0.11', ssh_address: '192.168.100.11' });
    expect(errors).toEqual([]);
  });
});

describe('options', () => {
  const inventory =
    '[control]\nc1.example.org\n[network]\nc1.example.org\n[compute]\nc1.example.org\n[storage]\nc1.example.org\n';
  const given = { addresses: { c1: '10.0.0.11' }, devices: ['/dev/sdb'] };

  test('complete the description without a further word', () => {
    const globals = usual.replace('kolla_internal_vip_address: "10.0.0.250"\n', '');
    const { tree, problems, errors } = imported(globals, inventory, { ...given, vip: '10.0.0.250' });
    expect(errors).toEqual([]);
    expect(problems.map(({ code }) => code)).not.toContain('IMPORT_DEVICES_ASSUMED');
    expect(tree.hosts.c1.devices).toEqual(['/dev/sdb']);
    expect(tree.networks.management.vip).toBe('10.0.0.250');
  });

  test('are named by the errors that they solve, and nothing is reported twice', () => {
    const { errors, problems } = imported('network_interface: eth0\ntunnel_interface: eth1\n', inventory);
    const next = problems.map((found) => found.next);
    for (const option of ['--vip', '--address c1.example.org=', '--overlay-cidr', '--device'])
      expect(
        next.filter((text) => text.includes(option)),
        option,
      ).toHaveLength(1);
    expect(new Set(errors.map(({ what }) => what)).size).toBe(errors.length);
  });

  test('that name a host which is not there are an error', () => {
    const { errors } = imported(usual, inventory, {
      ...given,
      addresses: { c1: '10.0.0.11', c2: '10.0.0.12' },
    });
    expect(errors).toMatchObject([{ code: 'IMPORT_OPTION_HOST', suggestion: 'c1' }]);
  });

  test('replace the comment of what stood in the files', () => {
    const files = [
      { path: 'globals.yml', text: usual },
      { path: 'multinode', text: inventory },
    ];
    const { rendered } = importSources(files, { format: 'kolla', hints: { managementInterface: 'bond7' } });
    expect(rendered?.text).toContain('# Given with --management-interface.\n    interface: bond7');
    expect(rendered?.text).not.toContain('# Kolla: network_interface\n    interface: bond7');
  });
});

describe('interfaces of single hosts', () => {
  const inventory =
    '[control]\nc1 ansible_host=10.0.0.1 storage_interface=eth5\n' +
    '[network]\nn1 ansible_host=10.0.0.4 storage_interface=eth5 tunnel_interface=eth3\n' +
    '[compute]\nn2 ansible_host=10.0.0.2 storage_interface=eth5 tunnel_interface=eth3\n[storage]\nc1\n';

  test('become those of the network, among the hosts that are in it', () => {
    const { tree, errors } = imported(usual, inventory);
    expect(tree.networks.storage).toEqual({ interface: 'eth5' });
    expect(tree.networks.overlay).toEqual({ interface: 'eth3' });
    for (const name of ['c1', 'n1', 'n2']) expect(tree.hosts[name]).not.toHaveProperty('interfaces');
    const next = errors.map((found) => found.next).join('\n');
    expect(next).toContain('--storage-cidr');
    expect(next).toContain('--overlay-cidr');
  });
});

describe('the hosts that keep data', () => {
  const inventory = (storage: number) => {
    const names = Array.from(
      { length: storage },
      (_, index) => `s${index + 1} ansible_host=10.0.0.${index + 20}`,
    );
    return `[control]\nc1 ansible_host=10.0.0.1\n[network]\nc1\n[compute]\nc1\n[storage]\n${names.join('\n')}\n`;
  };

  test.each([
    [1, 1],
    [2, 1],
    [3, 3],
    [7, 3],
  ])('of %i, %i are monitors', (count, monitors) => {
    const { tree, problems } = imported(usual, inventory(count));
    const roles = Object.values<{ roles: readonly string[] }>(tree.hosts).map((host) => host.roles);
    expect(roles.filter((list) => list.includes('storage'))).toHaveLength(monitors);
    expect(roles.filter((list) => list.includes('osd'))).toHaveLength(count - monitors);
    expect(problems.map(({ code }) => code)).not.toContain('CLOUD_MON_EVEN');
  });

  test('are the control hosts where the group is empty', () => {
    const { tree } = imported(usual, inventory(0));
    expect(tree.hosts.c1.roles).toEqual(['control', 'network', 'compute', 'storage']);
  });
});

describe('other mechanisms', () => {
  const inventory = '[control]\nc1 ansible_host=10.0.0.1\n[network]\nc1\n[compute]\nc1\n[storage]\nc1\n';

  test.each(['openvswitch', 'linuxbridge'])('%s becomes OVN, and the report says so', (agent) => {
    const { errors, tree, keys } = imported(`${usual}neutron_plugin_agent: ${agent}\n`, inventory, {
      devices: ['/dev/sdb'],
    });
    expect(errors).toEqual([]);
    expect(tree).not.toHaveProperty('network.mechanism');
    expect(keys.find(({ key }) => key === 'neutron_plugin_agent')).toMatchObject({
      outcome: 'unsupported',
      note: `${agent} is not deployed; ovn takes its place`,
    });
  });

  test('nor is the default of Kolla passed over in silence', () => {
    const { rendered } = importSources(
      [
        { path: 'globals.yml', text: usual },
        { path: 'multinode', text: inventory },
      ],
      { format: 'kolla' },
    );
    expect(rendered?.text).toContain('neutron_plugin_agent is not set, so that openvswitch was used');
  });
});

test('settings that are lost are unsupported', () => {
  const globals = `${usual}kolla_external_fqdn: cloud.example.org\nenable_mariabackup: yes\nenable_central_logging: no\ncinder_backup_driver: nfs\nglance_backend_file: yes\nneutron_ovn_distributed_fip: no\n`;
  const { keys } = imported(globals, '[control]\nc1 ansible_host=10.0.0.1\n[network]\nc1\n[compute]\nc1\n');
  const outcome = (name: string) => keys.find(({ key }) => key === name)?.outcome;
  for (const key of [
    'kolla_external_fqdn',
    'enable_mariabackup',
    'cinder_backup_driver',
    'glance_backend_file',
  ])
    expect(outcome(key), key).toBe('unsupported');
  for (const key of ['enable_central_logging', 'neutron_ovn_distributed_fip'])
    expect(outcome(key), key).toBe('default');
});

test('Barbican is deployed only where Kolla deployed it', () => {
  const inventory = '[control]\nc1 ansible_host=10.0.0.1\n';
  expect(imported(usual, inventory).tree.services).toEqual({ 'key-manager': false });
  expect(imported(`${usual}enable_barbican: yes\n`, inventory).tree).not.toHaveProperty('services');
});
