import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loginUserOf, readImageFile, sizeFor } from '../../src/checks/acceptance/imageFile.ts';
import { parsePartitions } from '../../src/checks/acceptance/instance.ts';
import { checkRange, tenantCidr } from '../../src/checks/acceptance/provider.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cw-image-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function codeOf(path: string): Promise<string> {
  return readImageFile(path).then(
    () => 'none',
    (error) => error.problems[0].code,
  );
}

describe('image file', () => {
  it('reads qcow2 and its disk size', async () => {
    const content = Buffer.alloc(1024);
    content.write('QFI\xfb', 0, 'latin1');
    content.writeUInt32BE(3, 4);
    content.writeBigUInt64BE(117440512n, 24);
    const image = await readImageFile(await written('a.qcow2', content));
    expect(image).toMatchObject({ format: 'qcow2', length: 1024, diskBytes: 117440512 });
  });

  it('reads a bare disk by its boot sector', async () => {
    const content = Buffer.alloc(2048);
    content.writeUInt16BE(0x55aa, 510);
    expect(await readImageFile(await written('a.img', content))).toMatchObject({
      format: 'raw',
      diskBytes: 2048,
    });
  });

  it('names what is no disk', async () => {
    const packed = await written(
      'a.xz',
      Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(600)]),
    );
    const failure = await readImageFile(packed).catch((error) => error);
    expect(failure.problems[0].why).toBe('It looks like an xz-compressed file.');
    expect(await codeOf(await written('page', Buffer.from('<html>')))).toBe('CHECK_IMAGE_FORMAT');
    expect(await codeOf(await written('zeros', Buffer.alloc(4096)))).toBe('CHECK_IMAGE_FORMAT');
    expect(await codeOf(await written('empty', Buffer.alloc(0)))).toBe('CHECK_IMAGE_FORMAT');
    expect(await codeOf(join(folder, 'none'))).toBe('CHECK_IMAGE_UNREADABLE');
  });

  it('fits the flavor to the disk', () => {
    expect(sizeFor({ diskBytes: 18e6 })).toEqual({ memoryMiB: 160, diskGiB: 1 });
    expect(sizeFor({ diskBytes: 112 * 1024 ** 2 })).toEqual({ memoryMiB: 256, diskGiB: 1 });
    expect(sizeFor({ diskBytes: 3 * 1024 ** 3 })).toEqual({ memoryMiB: 1024, diskGiB: 3 });
  });

  it.each([
    ['/x/cirros-0.6.3-x86_64-disk.img', 'cirros'],
    ['guest.img', 'root'],
    ['debian-13-generic.qcow2', 'debian'],
    ['noble-server-cloudimg.img', 'ubuntu'],
  ])('logs in to %s as %s', (path, user) => {
    expect(loginUserOf(path)).toBe(user);
  });
});

it('reads /proc/partitions', () => {
  const content =
    'major minor  #blocks  name\n\n 254        0      18432 vda\n 254       16    1048576 vdb\n';
  expect([...parsePartitions(content)]).toEqual([
    ['vda', 18432],
    ['vdb', 1048576],
  ]);
});

describe('provider range', () => {
  const good = {
    cidr: '203.0.113.0/24',
    gateway: '203.0.113.1',
    first: '203.0.113.50',
    last: '203.0.113.99',
    physicalNetwork: 'external',
  };

  it('accepts a valid one, also without a gateway', () => {
    expect(() => checkRange(good)).not.toThrow();
    expect(() => checkRange({ ...good, gateway: undefined })).not.toThrow();
  });

  it.each([
    [{ cidr: '203.0.113.0' }, 'not in the form'],
    [{ first: '203.0.113.999' }, 'no IPv4 address'],
    [{ first: '203.0.113.0' }, 'host addresses'],
    [{ last: '198.51.100.4' }, 'host addresses'],
    [{ last: '203.0.113.40' }, 'comes after'],
    [{ last: '203.0.113.53' }, 'needs 5 addresses'],
    [{ gateway: '203.0.113.60' }, 'lies in the range'],
    [{ gateway: '10.0.0.1' }, 'gateway is no address'],
  ])('refuses %j', (change, reason) => {
    expect(() => checkRange({ ...good, ...change })).toThrowError(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ code: 'CHECK_PROVIDER_RANGE', why: expect.stringContaining(reason) }),
        ],
      }),
    );
  });

  it('keeps the tenant network apart', () => {
    expect(tenantCidr('203.0.113.0/24')).toBe('10.222.111.0/24');
    expect(tenantCidr('10.0.0.0/8')).toBe('172.30.111.0/24');
  });
});
