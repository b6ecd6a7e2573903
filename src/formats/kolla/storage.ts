import type { DraftValue } from '../result.ts';
import { asBoolean, asText } from '../values/scalar.ts';
import type { Kolla } from './context.ts';

const CEPH_SWITCHES = ['glance_backend_ceph', 'cinder_backend_ceph', 'nova_backend_ceph'] as const;

/** Sets the storage backends. Kolla only ever attaches a Ceph cluster; Cloudwright builds one. */
export function carryStorage(kolla: Kolla): void {
  const { context } = kolla;
  const path = ['storage', 'backends'];
  const attached = CEPH_SWITCHES.filter((key) => asBoolean(context.peek(key)));
  for (const key of CEPH_SWITCHES) {
    const on = attached.includes(key);
    if (context.entry(key) && !on)
      context.settle(key, 'suspicious', { note: 'images, volumes and disks are all kept in Ceph here' });
  }
  if (attached.length > 0) {
    for (const key of attached) {
      context.settle(key, 'suspicious', {
        to: 'storage.backends: ceph',
        note: 'the external cluster is not attached; a new one is built on the storage hosts',
      });
    }
    context.warn('IMPORT_NOT_SUPPORTED', context.entry(attached[0] ?? '')?.place, {
      key: attached.join(', '),
      meaning:
        'An external Ceph cluster cannot be attached yet. A cluster is built on the hosts of the group storage; what is in the old one is not touched.',
    });
  }
  const backends: DraftValue[] = ['ceph'];
  if (asBoolean(context.peek('enable_cinder_backend_lvm'))) {
    const group = asText(context.value('cinder_volume_group', 'storage.backends'));
    backends.push({ type: 'lvm', ...(group && { volume_group: group }) });
    context.settle('cinder_volume_group', 'carried', { to: 'storage.backends: lvm.volume_group' });
    described(kolla, 'enable_cinder_backend_lvm', 'lvm');
  } else context.settle('enable_cinder_backend_lvm', 'default', { note: 'off' });
  if (asBoolean(context.peek('enable_cinder_backend_nfs'))) {
    backends.push('nfs');
    described(kolla, 'enable_cinder_backend_nfs', 'nfs');
  } else context.settle('enable_cinder_backend_nfs', 'default', { note: 'off' });
  if (backends.length > 1) {
    const key = asBoolean(context.peek('enable_cinder_backend_lvm'))
      ? 'enable_cinder_backend_lvm'
      : 'enable_cinder_backend_nfs';
    context.draft.set(path, backends, {
      place: context.entry(key)?.place,
      comment: 'ceph is the default; the others are described, but not deployed yet.',
    });
  }
}

function described(kolla: Kolla, key: string, type: string): void {
  kolla.context.settle(key, 'carried', {
    to: `storage.backends: ${type}`,
    note: 'described, but not deployed yet',
  });
}
