import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../resources/sh.ts';
import { keyHost } from './daemonKey.ts';

const root = scratch();
const MANAGER = 'var/lib/ceph/mgr/ceph-storage1/keyring';
const GATEWAY = 'var/lib/ceph/radosgw/ceph-rgw.storage1/keyring';
const place = () => mkdtempSync(join(root, 'host-'));
const ADMIN = 'ceph --connect-timeout 30 --name client.admin --keyring KEY';

describe('the key of a daemon', () => {
  it('is made by the administrator, and written by the daemons’ user for itself alone', () => {
    const host = keyHost(place(), 'ceph-manager-key', MANAGER);
    expect(host.given()).toBe(false);
    expect(host.give()).toEqual({ code: 0, stdout: '600\n', stderr: '' });
    expect(readFileSync(host.at(MANAGER), 'utf8')).toBe('[mgr.storage1]\n\tkey = AQkey==\n');
    const [asked, written, ...more] = host.calls();
    expect(asked).toBe(
      `${ADMIN} auth get-or-create mgr.storage1 mon allow profile mgr osd allow * mds allow *`,
    );
    expect(written).toMatch(/^setpriv --reuid=ceph /);
    expect(more).toEqual([]);
    expect(host.given()).toBe(true);
  });

  it('of the object gateway is for its own pools, and not for volumes and images', () => {
    const host = keyHost(place(), 'ceph-gateway-key', GATEWAY);
    expect(host.give()).toMatchObject({ code: 0 });
    expect(host.calls()[0]).toBe(
      `${ADMIN} auth get-or-create client.rgw.storage1 mon allow rw osd allow rwx tag rgw *=*`,
    );
  });

  it('of an earlier version gets its present rights', () => {
    const host = keyHost(place(), 'ceph-gateway-key', GATEWAY);
    writeFileSync(host.at(GATEWAY), '[client.rgw.storage1]\n');
    expect(host.given()).toBe(false);
    writeFileSync(host.at('known'), '');
    expect(host.give()).toMatchObject({ code: 0, stderr: '' });
    expect(host.calls().slice(1, 3)).toEqual([
      `${ADMIN} auth caps client.rgw.storage1 mon allow rw osd allow rwx tag rgw *=*`,
      `${ADMIN} auth get client.rgw.storage1`,
    ]);
    expect(readFileSync(host.at(GATEWAY), 'utf8')).toContain('key = AQkey==');
    expect(host.given()).toBe(true);
  });
});
