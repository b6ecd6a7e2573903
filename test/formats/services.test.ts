import { describe, expect, it } from 'vitest';
import { burritoKeys } from '../../src/formats/burrito/keys.ts';
import { kollaGroups } from '../../src/formats/kolla/groups.ts';
import { kollaKeys } from '../../src/formats/kolla/keys.ts';
import { conditions } from '../../src/formats/packstack/conditions.ts';
import { packstackKeys } from '../../src/formats/packstack/keys/index.ts';
import { secretKeysOf, secretsOf, switchOf } from '../../src/formats/serviceKeys.ts';
import { type ImportableService, importableServices } from '../../src/formats/services.ts';
import { chainedSecrets, singleSecrets } from '../../src/vault/table.ts';

const sharing: ImportableService = {
  name: 'shared-file-system',
  project: 'manila',
  title: 'Manila',
  optional: 'on',
  account: true,
  database: true,
  packstack: {},
  kolla: { secrets: { manila_ticket: 'manila_key' } },
};

describe('keys by rule', () => {
  it('name the switch after the project, unless the service says otherwise', () => {
    expect(switchOf(sharing, 'packstack')).toBe('CONFIG_MANILA_INSTALL');
    expect(switchOf(sharing, 'kolla')).toBe('enable_manila');
    expect(switchOf(sharing, 'burrito')).toBeUndefined();
    expect(switchOf({ ...sharing, kolla: { switch: null } }, 'kolla')).toBeUndefined();
    expect(switchOf({ ...sharing, burrito: { switch: 'install_manila' } }, 'burrito')).toBe('install_manila');
  });

  it('name the passwords after the project, beside the secrets of the service itself', () => {
    expect(Object.fromEntries(secretKeysOf(sharing, 'packstack'))).toEqual({
      CONFIG_MANILA_KS_PW: 'manila_password',
      CONFIG_MANILA_DB_PW: 'manila_database_password',
    });
    expect(Object.fromEntries(secretKeysOf(sharing, 'kolla'))).toEqual({
      manila_keystone_password: 'manila_password',
      manila_database_password: 'manila_database_password',
      manila_ticket: 'manila_key',
    });
    expect(secretKeysOf(sharing, 'burrito').size).toBe(0);
    expect(
      secretKeysOf({ name: 'a', project: 'a', title: 'A', database: true, packstack: {} }, 'packstack').size,
    ).toBe(1);
  });
});

describe('every service', () => {
  it.each(importableServices)('$name has keys that its installers know', (service) => {
    const packstack = [
      switchOf(service, 'packstack') ?? [],
      ...secretKeysOf(service, 'packstack').keys(),
    ].flat();
    for (const key of packstack) expect(packstackKeys[key], key).toBeDefined();
    const kolla = [switchOf(service, 'kolla') ?? [], ...secretKeysOf(service, 'kolla').keys()].flat();
    for (const key of kolla) expect(kollaKeys.rule(key), key).toBeDefined();
    const burrito = [switchOf(service, 'burrito') ?? [], ...secretKeysOf(service, 'burrito').keys()].flat();
    for (const key of burrito) expect(burritoKeys.rule(key), key).toBeDefined();
    expect(kollaGroups.others(`${service.project}-api`)).toBe(
      'which host runs a service follows from the roles',
    );
  });

  it('is imported into secrets that the vault has', () => {
    const known = new Set<string>([...Object.keys(singleSecrets), ...chainedSecrets]);
    for (const installer of ['packstack', 'kolla', 'burrito'] as const)
      for (const [key, to] of secretsOf(installer)) expect(known.has(to), `${key}: ${to}`).toBe(true);
  });
});

it('every condition of a Packstack key is one that can be tested', () => {
  for (const [key, { when }] of Object.entries(packstackKeys))
    if (when) expect(conditions[when], key).toBeDefined();
});
