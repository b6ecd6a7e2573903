import { expect, test } from 'vitest';
import { importBurrito } from '../../../src/formats/burrito/import.ts';
import { importKolla } from '../../../src/formats/kolla/import.ts';

const groups = '[network]\nc1\n[compute]\nc1\n[storage]\nc1\n';
const files = (inventory: string) => [
  { path: 'globals.yml', text: 'kolla_internal_vip_address: 10.0.0.250\nnetwork_interface: eth0\n' },
  { path: 'multinode', text: inventory },
];

test('a connection variable that differs from that of the first host is not carried over', () => {
  const inventory = `[control]\nc1 ansible_host=10.0.0.1 ansible_user=deploy ansible_port=2022\nc2 ansible_host=10.0.0.2 ansible_user=other ansible_port=2022\n${groups}`;
  const { report, description } = importKolla(files(inventory));
  expect(description.tree.ssh).toEqual({ user: 'deploy', port: 2022 });
  const outcome = (key: string) => report.keys.find((found) => found.key === key);
  expect(outcome('c1: ansible_user')).toMatchObject({ outcome: 'carried', to: 'ssh.user' });
  expect(outcome('c2: ansible_user')).toMatchObject({ outcome: 'suspicious' });
  expect(outcome('c2: ansible_user')?.note).toContain('ssh.config');
  expect(outcome('c2: ansible_port')).toMatchObject({ outcome: 'carried' });
});

test('a connection variable that cannot be worked out is not carried over', () => {
  const inventory = `[control]\nc1 ansible_host=10.0.0.1 ansible_user='{{ user }}' ansible_password='{{ passphrase }}'\n${groups}`;
  const { report, description, secrets } = importKolla(files(inventory));
  expect(description.tree).not.toHaveProperty('ssh');
  expect(secrets).not.toHaveProperty('ssh_password');
  for (const key of ['c1: ansible_user', 'c1: ansible_password'])
    expect(report.keys.find((found) => found.key === key)?.outcome, key).toBe('suspicious');
});

test('a placeholder is not a password', () => {
  const inventory = `[control]\nc1 ansible_host=10.0.0.1 ansible_password=<user_password>\n${groups}`;
  expect(importKolla(files(inventory)).secrets).not.toHaveProperty('ssh_password');
  const burrito = importBurrito([
    { path: 'hosts', text: '[controller-node]\nc1 ip=10.0.0.1\n' },
    { path: 'vars.yml', text: 'keepalived_vip: 10.0.0.250\ncommon_password: "<password>"\n' },
  ]);
  expect(burrito.secrets).toEqual({});
  expect(burrito.problems).toContainEqual(
    expect.objectContaining({ code: 'IMPORT_SECRET_PLACEHOLDER', severity: 'warning' }),
  );
  const found = burrito.report.keys.find(({ key }) => key === 'common_password');
  expect(found?.outcome).toBe('suspicious');
});

test('a password that does not open the vault is an error', () => {
  const encrypted = '$ANSIBLE_VAULT;1.1;AES256\n3031\n';
  const result = importKolla(
    [...files(`[control]\nc1 ansible_host=10.0.0.1\n${groups}`), { path: 'passwords.yml', text: encrypted }],
    {
      decrypt: () => {
        throw new Error('wrong');
      },
    },
  );
  expect(result.problems).toContainEqual(
    expect.objectContaining({ code: 'IMPORT_VAULT_UNREADABLE', severity: 'error' }),
  );
});

test('a group and a host may have the name of what every object inherits', () => {
  const inventory = `[constructor]\nc1\n[control]\nc1 ansible_host=10.0.0.1\nconstructor ansible_host=10.0.0.2\n${groups}`;
  const { report, description } = importKolla(files(inventory));
  expect(Object.keys(description.tree.hosts ?? {})).toEqual(['c1', 'constructor']);
  expect(report.keys.find(({ key }) => key === '[constructor]')?.outcome).toBe('meaningless');
});
