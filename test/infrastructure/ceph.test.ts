import { expect, it } from 'vitest';
import { scratch } from '../resources/sh.ts';
import { keyModes } from './ceph/daemonKey.ts';

const root = scratch();

it('gives the manager a key that nobody else could read at any moment', () => {
  expect(keyModes(root, 'ceph-manager-key', '/var/lib/ceph/mgr/ceph-storage1/keyring')).toEqual([
    '600',
    '600',
  ]);
});
