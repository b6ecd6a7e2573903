import { describe, expect, it } from 'vitest';
import { scratch } from '../../resources/sh.ts';
import { allInOne, content, files, threeControls } from '../../steps/clouds.ts';
import { keyModes } from './daemonKey.ts';

const root = scratch();
const context = threeControls();

describe('the object gateway', () => {
  // O14: the operator's own file was overwritten.
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

  it('has a key that nobody else could read at any moment', () => {
    const keyring = '/var/lib/ceph/radosgw/ceph-rgw.storage1/keyring';
    expect(keyModes(root, 'ceph-gateway-key', keyring)).toEqual(['600', '600']);
  });

  it('listens on its host’s management address, over TLS alone', () => {
    const unit = content(context, 'storage2', '/etc/systemd/system/ceph-radosgw@.service.d/cloudwright.conf');
    expect(unit).toContain(
      '--rgw-frontends "beast ssl_endpoint=192.0.2.32:7480 ssl_certificate=/etc/cloudwright/tls/gateway/both.pem"',
    );
  });
});
