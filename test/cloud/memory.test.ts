import { describe, expect, it } from 'vitest';
import { parseDescription } from '../../src/cloud/read.ts';
import { VALID } from './broken/case.ts';

const GIB = 1024;

function reserved(change: (text: string) => string): Record<string, number> {
  const { cloud } = parseDescription(change(VALID), { file: 'cloud.yaml', folder: '/w', home: '/root' });
  return Object.fromEntries(cloud?.hosts.map((host) => [host.name, host.reservedMemoryMiB]) ?? []);
}

describe('memory kept from instances', () => {
  it('is 512 MiB on a compute host, and more where the host does more', () => {
    const found = reserved((text) =>
      text.replace(
        'roles: [control, network]',
        'roles: [control, network, compute, osd], devices: [/dev/sdb]',
      ),
    );
    expect(found.compute1).toBe(512);
    // Half of 16 GiB for the control plane, 4 GiB for each OSD.
    expect(found.control1).toBe(512 + 8 * GIB + 4 * GIB);
    expect(found.storage1).toBe(512 + 2 * 4 * GIB);
  });

  it('follows lowered sizes and the memory of the OSDs', () => {
    const found = reserved(
      (text) =>
        `${text.replace('ceph: { pool_size: 3 }', 'ceph: { pool_size: 3, osd_memory: 1G }')}minimums: { control: { memory_gib: 3 } }\n`,
    );
    expect(found.control1).toBe(512 + 1.5 * GIB);
    expect(found.storage1).toBe(512 + 2 * GIB);
  });

  it('is what the description says, for all hosts or for one', () => {
    const found = reserved(
      (text) =>
        `${text.replace('roles: [compute]', 'roles: [compute], reserved_memory_mib: 4096')}compute: { reserved_memory_mib: 2048 }\n`,
    );
    expect(found).toMatchObject({ compute1: 4096, control1: 2048 });
  });
});
