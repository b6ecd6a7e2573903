import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { CommandDesired } from '../../src/resources/command.ts';
import type { IdentityUser } from '../../src/resources/openstack/user.ts';
import { Confidential, masked, reveal } from '../../src/secrets/confidential.ts';
import {
  allInOne,
  allResources,
  type CloudContext,
  content,
  files,
  iniSection,
  threeControls,
} from '../steps/clouds.ts';

const FERNET = '/etc/keystone/fernet-keys/';

function keysOn(context: CloudContext, host: string): readonly string[] {
  return files(context)
    .filter((file) => file.host === host && file.path.startsWith(FERNET))
    .map((file) => `${file.path.slice(FERNET.length)} ${file.mode} ${reveal(file.content)}`);
}

// O7: there were two fixed keys, and a rotation by hand was undone by the next apply.
describe('Keystone’s keys', () => {
  it('are the vault’s, the same on every control host, for Keystone alone', () => {
    const expected = ['1 0600 hidden-fernet_key_1-', '0 0600 hidden-fernet_key_0-'];
    for (const host of ['control1', 'control2', 'control3'])
      expect(keysOn(threeControls(), host)).toEqual(expected);
    expect(keysOn(threeControls(), 'compute1')).toEqual([]);
  });

  it('are as many as the vault has, so that a rotation there reaches every host', () => {
    const { cloud, facts } = threeControls();
    const { fernet_key_0: _oldest, ...rest } = cloud.secrets;
    const secrets = {
      ...rest,
      fernet_key_2: new Confidential('hidden-fernet_key_2-'),
    } as unknown as typeof cloud.secrets;
    expect(keysOn({ cloud: { ...cloud, secrets }, facts }, 'control2')).toEqual([
      '1 0600 hidden-fernet_key_1-',
      '2 0600 hidden-fernet_key_2-',
    ]);
  });
});

describe('the staged key', () => {
  it('is replaced after it is there under its new number: another host may sign with it already', () => {
    const staged = allResources(threeControls()).find(({ id }) => id === `control2/file:${FERNET}0`);
    expect(staged?.after).toContain(`control2/file:${FERNET}1`);
  });
});

describe('the first administrator', () => {
  const resource = allResources(allInOne()).find(({ id }) => id === 'one/command:identity-bootstrap');
  if (!resource) throw new Error('no bootstrap');
  const { script, unless } = resource.desired as CommandDesired;

  it('is made with a password that stands in no argument', () => {
    const open = reveal(script);
    expect(open).toContain("OS_BOOTSTRAP_PASSWORD='hidden-admin_password-'");
    expect(open).not.toContain('--bootstrap-password');
    expect(masked(script)).not.toMatch(/hidden-/);
    expect(masked(unless)).not.toMatch(/hidden-/);
  });

  it('is in place when both endpoints are', () => {
    expect(reveal(unless)).toContain("interface='internal'");
    expect(reveal(unless)).toContain("interface='public'");
  });
});

describe('the rules for users', () => {
  const section = (identity: Partial<Cloud['identity']> = {}) => {
    const context = allInOne();
    const cloud = { ...context.cloud, identity: { ...context.cloud.identity, ...identity } };
    return iniSection(
      content({ ...context, cloud }, 'one', '/etc/keystone/keystone.conf'),
      'security_compliance',
    );
  };

  it('lock a user for a while, and want passwords of some length', () => {
    expect(section()).toEqual([
      'lockout_failure_attempts = 10',
      'lockout_duration = 300',
      // A dollar sign is doubled for oslo.config.
      'password_regex = ^.{8,}$$',
      'password_regex_description = at least 8 characters',
    ]);
  });

  it('are those of the description', () => {
    const { lockout: _, ...rest } = allInOne().cloud.identity;
    expect(section({ ...rest, lockout: { attempts: 3, seconds: 60 } })).toContain(
      'lockout_failure_attempts = 3',
    );
    const passwords = { minimumLength: 14, expireDays: 90, remembered: 5 };
    expect(section({ passwords })).toEqual(
      expect.arrayContaining([
        'password_regex = ^.{14,}$$',
        'password_expires_days = 90',
        'unique_last_password_count = 5',
      ]),
    );
  });

  // Whoever knows the name `nova` could stop the cloud with ten wrong passwords.
  it('do not lock the users of services and the administrator, whom nobody can do without', () => {
    const users = allResources(allInOne()).flatMap(({ id, desired, keep }) =>
      id.startsWith('API/identity-user:') ? [{ ...(desired as IdentityUser), keep }] : [],
    );
    const open = users.filter(({ indispensable }) => !indispensable).map(({ name }) => name);
    expect(open).toEqual(['demo']);
    const closed = users.filter(({ indispensable }) => indispensable).map(({ name }) => name);
    expect(closed).toEqual(
      expect.arrayContaining(['admin', 'nova', 'neutron', 'glance', 'placement', 'cinder', 'heat']),
    );
    expect(users.find(({ name }) => name === 'admin')).toMatchObject({ keep: true, roles: ['admin'] });
  });
});
