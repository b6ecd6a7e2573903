import { describe, expect, it } from 'vitest';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { reveal } from '../../../src/secrets/confidential.ts';
import { allInOne, allResources, content, files, threeControls } from '../../steps/clouds.ts';

const context = threeControls();

describe('the object gateway', () => {
  // The operator's own file was overwritten.
  it('leaves the operator’s own s3cfg alone', () => {
    for (const whole of [context, allInOne()])
      expect(files(whole).filter(({ path }) => path.startsWith('/root/'))).toEqual([]);
    const access = files(context).filter(({ path }) => path === '/etc/cloudwright/s3cfg');
    expect(access.map(({ host, mode }) => `${host} ${mode}`)).toEqual([
      'control1 0600',
      'control2 0600',
      'control3 0600',
    ]);
  });

  it('is named by the address that people reach', () => {
    expect(content(context, 'control1', '/etc/cloudwright/s3cfg')).toContain(
      'host_base = 203.0.113.100:8080\n',
    );
    expect(content(allInOne(), 'one', '/etc/cloudwright/s3cfg')).toContain('host_base = 192.0.2.100:8080\n');
  });

  it('knows Keystone’s users, with a password that no client of Ceph can read', () => {
    const configuration = content(context, 'storage1', '/etc/ceph/ceph.conf');
    expect(configuration).toContain('rgw_keystone_url = https://192.0.2.100:5000\n');
    expect(configuration).toContain('rgw_s3_auth_use_keystone = true\n');
    expect(configuration).not.toContain('hidden-');
    const passwords = files(context).filter(({ path }) => path.endsWith('/keystone-password'));
    expect(passwords.map(({ host, mode }) => `${host} ${mode}`)).toEqual([
      'storage1 0600',
      'storage2 0600',
      'storage3 0600',
    ]);
  });

  it('has its pools tagged before it has a key that is for tagged pools alone', () => {
    const resources = allResources(context);
    const find = (id: string) => resources.find((candidate) => candidate.id === id);
    expect(find('storage1/command:ceph-gateway-pools')).toMatchObject({ cloudWide: true });
    for (const host of ['storage1', 'storage2', 'storage3']) {
      expect(find(`${host}/command:ceph-gateway-key`)?.after).toContain(
        'storage1/command:ceph-gateway-pools',
      );
      expect(find(`${host}/service:ceph-radosgw@rgw.${host}`)?.after).toContain(
        `${host}/command:ceph-gateway-key`,
      );
    }
  });

  it('is administered with its own key', () => {
    const user = allResources(context).find(({ id }) => id.endsWith('/command:object-store-user'));
    if (!user) throw new Error('no command for the user');
    const { script, unless } = user.desired as CommandDesired;
    for (const text of [script, unless]) {
      const calls = reveal(text).match(/radosgw-admin .*/g) ?? [];
      expect(calls.length).toBeGreaterThan(0);
      for (const call of calls)
        expect(call).toMatch(/^radosgw-admin --id rgw\.storage1 --keyring \S+\/ceph-rgw\.storage1\/keyring /);
    }
  });

  it('listens on its host’s management address, over TLS alone', () => {
    const unit = content(context, 'storage2', '/etc/systemd/system/ceph-radosgw@.service.d/cloudwright.conf');
    expect(unit).toContain(
      '--rgw-frontends "beast ssl_endpoint=192.0.2.32:7480 ssl_certificate=/etc/cloudwright/tls/gateway/both.pem"',
    );
  });
});
