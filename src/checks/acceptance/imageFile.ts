import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { fail } from '../../errors/problem.ts';

/** A disk image on this machine. */
export interface ImageFile {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
  /** Bytes of the file. */
  readonly length: number;
  /** Bytes of the disk inside. */
  readonly diskBytes: number;
  read(): Readable;
}

/** What a file is by its first bytes; the formats that are often given by mistake. */
const OTHER_FORMATS: readonly (readonly [string, string])[] = [
  ['1f8b', 'a gzip-compressed file'],
  ['fd377a585a00', 'an xz-compressed file'],
  ['28b52ffd', 'a zstd-compressed file'],
  ['425a68', 'a bzip2-compressed file'],
  ['504b0304', 'a zip archive'],
  ['4b444d56', 'a VMDK disk'],
  ['636f6e6563746978', 'a VHD disk'],
  ['7668647866696c65', 'a VHDX disk'],
  ['3c', 'a text or web page'],
];

/** Opens the image and tells its format by its first bytes (QEMU's docs/interop/qcow2). */
export async function readImageFile(path: string): Promise<ImageFile> {
  let head = Buffer.alloc(0);
  let length = 0;
  try {
    const handle = await open(path, 'r');
    try {
      length = (await handle.stat()).size;
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
      head = Buffer.from(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    fail('CHECK_IMAGE_UNREADABLE', { details: { file: path, reason }, cause: error });
  }
  const read = (): Readable => createReadStream(path, { highWaterMark: 256 * 1024 });
  if (head.length >= 32 && head.subarray(0, 4).toString('hex') === '514649fb') {
    return { path, format: 'qcow2', length, diskBytes: Number(head.readBigUInt64BE(24)), read };
  }
  const start = head.toString('hex');
  const other = OTHER_FORMATS.find(([magic]) => start.startsWith(magic));
  if (other) fail('CHECK_IMAGE_FORMAT', { details: { file: path, found: other[1] } });
  // A bare disk starts with a boot sector, whatever its first bytes are.
  if (head.length < 512 || head.readUInt16BE(510) !== 0x55aa) {
    fail('CHECK_IMAGE_FORMAT', { details: { file: path, found: 'a file without a boot sector' } });
  }
  return { path, format: 'raw', length, diskBytes: length, read };
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/**
 * What an instance of the image needs: the tiny guest lives in 160 MiB, a disk of the size of CirrOS in 256 MiB,
 * and a full distribution in 1 GiB.
 */
export function sizeFor(image: Pick<ImageFile, 'diskBytes'>): {
  readonly memoryMiB: number;
  readonly diskGiB: number;
} {
  const diskGiB = Math.max(1, Math.ceil(image.diskBytes / GIB));
  if (image.diskBytes <= 64 * MIB) return { memoryMiB: 160, diskGiB };
  return { memoryMiB: image.diskBytes <= GIB ? 256 : 1024, diskGiB };
}

/** Who logs in by key: what each distribution's images document; root in the tiny guest. */
export function loginUserOf(path: string): string {
  const name = basename(path).toLowerCase();
  for (const user of ['cirros', 'debian', 'ubuntu', 'fedora', 'alpine', 'rocky', 'almalinux']) {
    if (name.includes(user)) return user;
  }
  return /noble|jammy|focal/.test(name) ? 'ubuntu' : 'root';
}
