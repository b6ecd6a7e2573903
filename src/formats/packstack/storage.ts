import type { DraftMap } from '../result.ts';
import type { PackstackHost } from './hosts.ts';
import type { Reading } from './reading.ts';

const KNOWN_BACKENDS = ['lvm', 'nfs', 'vmdk', 'netapp', 'solidfire'];
const TRIAL_FILE = '/var/lib/cloudwright/osd0.img';
const USUAL_SIZE = '20G';

/**
 * Volumes: Packstack keeps them in a volume group, by default in a file. Cloudwright keeps volumes, images and
 * instance disks in Ceph, so the file of the volume group becomes the file of an OSD, of the same size.
 */
export function setStorage(reading: Reading, hosts: readonly PackstackHost[]): void {
  reportBackend(reading);
  describeBackends(reading);
  const given = reading.hints.devices;
  const keeper = hosts.find((host) => host.roles.includes('storage'));
  const file = `file:${TRIAL_FILE}:${sizeOf(reading)}`;
  if (keeper) {
    const path = ['hosts', keeper.name, 'devices'];
    const place =
      reading.place('CONFIG_CINDER_VOLUMES_SIZE') ??
      reading.place('CONFIG_CINDER_VOLUMES_CREATE') ??
      keeper.place;
    reading.draft.set(path, given && given.length > 0 ? given : [file], { place });
    if (!given) {
      comment(reading, path);
      lowerMinimums(reading);
    }
    if (!given && !(reading.yes('CONFIG_CINDER_VOLUMES_CREATE') && backends(reading).includes('lvm'))) {
      const why = 'Ceph needs a disk of its own; this file is for a trial only.';
      reading.assume(path, 'The disk that Ceph keeps its data on', file, why, '--device /dev/…', place);
    }
  }
  reportSizes(reading, given);
  reportSwiftDisks(reading, given);
}

function comment(reading: Reading, path: readonly string[]): void {
  reading.draft.comment(
    path,
    'A sparse file, as Packstack’s own volume group. For real use name whole disks, e.g. [/dev/sdb].',
  );
}

/** A cloud whose disks are files is a trial, and Packstack asks for no sizes at all. */
function lowerMinimums(reading: Reading): void {
  const small = { cpus: 1, memory_gib: 3, disk_gib: 8 };
  for (const role of ['control', 'network', 'compute']) reading.draft.set(['minimums', role], small);
  reading.draft.set(['minimums', 'storage'], { ...small, device_gib: 5 });
  reading.draft.comment(
    ['minimums'],
    'Least sizes, lowered as for a trial; remove these lines for a cloud that matters.',
  );
}

function backends(reading: Reading): readonly string[] {
  return reading
    .effective('CONFIG_CINDER_BACKEND')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function reportBackend(reading: Reading): void {
  const key = 'CONFIG_CINDER_BACKEND';
  const named = backends(reading);
  const unknown = named.filter((name) => !KNOWN_BACKENDS.includes(name));
  const ceph = 'Volumes are kept in Ceph (RBD), which Cloudwright deploys on the storage host';
  if (unknown.length > 0)
    reading.settle(key, 'suspicious', `${unknown.join(', ')} is no backend of Packstack. ${ceph}.`);
  else if (named.length === 0) reading.settle(key, 'suspicious', `Empty: Packstack refuses that. ${ceph}.`);
  else if (named.join() === 'lvm')
    reading.settle(
      key,
      'unsupported',
      `${ceph}, in place of an LVM volume group: they can move between hosts. Volumes of the old cloud are not taken over.`,
    );
  else
    reading.settle(
      key,
      'unsupported',
      `${ceph}; the backends ${named.join(', ')} are not connected, and volumes on them are not seen.`,
    );
}

const NOT_YET = 'Described for later: this version deploys Ceph alone, and nothing is done on the storage.';

/**
 * NFS and NetApp backends stand second in the description, with the variables that their drivers need; Ceph is the
 * one that is deployed. A NetApp backend that lacks one of them is left out.
 */
function describeBackends(reading: Reading): void {
  const named = backends(reading);
  const list: (string | DraftMap)[] = ['ceph'];
  const take = (backend: DraftMap, keys: readonly string[]): void => {
    list.push(backend);
    const at = ['storage', 'backends', list.length - 1];
    for (const key of keys) {
      const place = reading.place(key);
      if (place) reading.draft.place(at, place);
      reading.settle(key, 'carried', NOT_YET, `storage.backends[${list.length - 1}]`);
    }
  };
  const mounts = reading.items('CONFIG_CINDER_NFS_MOUNTS').map((item) => item.text);
  if (named.includes('nfs') && mounts.length > 0) {
    take({ type: 'nfs', name: 'nfs', shares: mounts }, ['CONFIG_CINDER_NFS_MOUNTS']);
  }
  const netapp = (rest: string): string => reading.value(`CONFIG_CINDER_NETAPP_${rest}`) ?? '';
  const [host, login, svm] = [netapp('HOSTNAME'), netapp('LOGIN'), netapp('VSERVER')];
  const shares = reading.items('CONFIG_CINDER_NETAPP_NFS_SHARES').map((item) => item.text);
  const data = shares[0]?.split(':')[0] ?? '';
  if (named.includes('netapp') && host && login && svm && data) {
    const backend = {
      type: 'netapp',
      name: 'netapp',
      management_lif: host,
      data_lif: data,
      svm,
      username: login,
      shares,
    };
    take(
      backend,
      ['HOSTNAME', 'LOGIN', 'VSERVER', 'NFS_SHARES'].map((rest) => `CONFIG_CINDER_NETAPP_${rest}`),
    );
  }
  if (list.length > 1) reading.draft.set(['storage', 'backends'], list);
}

/** `20G`, `20.6G`, `20480M` or plain `20` (GiB) as a size that a device may have. */
function sizeOf(reading: Reading): string {
  const parts = /^(\d{1,6})(?:\.\d+)?\s*([MGT]?)(?:i?B)?$/i.exec(
    reading.effective('CONFIG_CINDER_VOLUMES_SIZE'),
  );
  const count = Number(parts?.[1] ?? 0);
  return parts && count > 0 ? `${count}${(parts[2] || 'G').toUpperCase()}` : USUAL_SIZE;
}

function reportSizes(reading: Reading, given: readonly string[] | undefined): void {
  const create = 'CONFIG_CINDER_VOLUMES_CREATE';
  const size = 'CONFIG_CINDER_VOLUMES_SIZE';
  const path = 'hosts.*.devices';
  if (given) {
    for (const key of [create, size])
      reading.settle(key, 'meaningless', 'The devices were given with --device.');
    return;
  }
  if (reading.yes(create)) reading.settle(create, 'carried', 'A sparse file becomes the disk of Ceph.', path);
  else {
    const note =
      'Packstack uses a volume group that is there already; which disks it is on only the host knows. Ceph wipes the disks it is given, so none was taken: a sparse file was assumed.';
    reading.settle(create, 'suspicious', note, path);
  }
  const written = reading.value(size);
  if (written === undefined) return;
  const plain = /^\d{1,6}(?:\.\d+)?\s*[MGT]?(?:i?B)?$/i.test(written);
  if (plain && Number.parseFloat(written) >= 1) reading.settle(size, 'carried', undefined, path);
  else
    reading.settle(
      size,
      'suspicious',
      `\`${written.slice(0, 40)}\` is not a size; ${USUAL_SIZE} was assumed.`,
      path,
    );
}

function reportSwiftDisks(reading: Reading, given: readonly string[] | undefined): void {
  const key = 'CONFIG_SWIFT_STORAGES';
  const items = reading.items(key);
  if (items.length === 0) {
    reading.settle(key, 'default', 'No disks: objects share Ceph’s.');
    return;
  }
  const chosen = given
    ? 'The devices given with --device are used.'
    : 'Name those that may be wiped with --device.';
  reading.settle(
    key,
    'unsupported',
    `Objects are kept in Ceph. These disks hold Swift’s data, and Ceph would wipe them, so they were not taken. ${chosen}`,
  );
}
