import { expect, it } from 'vitest';
import { parseHierarchies } from '../../src/lab/controlGroups.ts';

it('finds the hierarchies of a hybrid host', () => {
  const mounts = `proc /proc proc rw 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,xattr,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0`;
  expect(parseHierarchies(mounts)).toEqual({
    unified: '/sys/fs/cgroup/unified',
    systemd: '/sys/fs/cgroup/systemd',
    memory: '/sys/fs/cgroup/memory',
  });
});

it('finds the one hierarchy of a host with control groups v2 alone', () => {
  expect(parseHierarchies('cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0')).toEqual({
    unified: '/sys/fs/cgroup',
    systemd: undefined,
    memory: undefined,
  });
  expect(parseHierarchies('tmpfs /sys/fs/cgroup tmpfs ro 0 0')).toBeUndefined();
});
