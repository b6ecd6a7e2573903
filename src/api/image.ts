import type { Readable } from 'node:stream';
import type { Session } from './session.ts';

export interface Image {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  /** Bytes. */
  readonly size: number | null;
  readonly visibility?: string;
}

/** Image API v2. */
export function imageApi(session: Session) {
  return {
    list: (query: { readonly name?: string; readonly limit?: string } = {}) =>
      session.list<Image>('image', '/images', 'images', query),
    get: (id: string) => session.json<Image>('image', { path: `/images/${id}` }),
    create: (fields: {
      readonly name: string;
      readonly disk_format: 'raw' | 'qcow2';
      readonly container_format: 'bare';
      readonly visibility?: 'private' | 'public' | 'shared';
      /** GiB. */
      readonly min_disk?: number;
    }) => session.json<Image>('image', { method: 'POST', path: '/images', json: fields }),
    /** Streams the data; `length` in bytes. */
    async upload(id: string, length: number, open: () => Readable, limitSeconds: number): Promise<void> {
      await session.send('image', {
        method: 'PUT',
        path: `/images/${id}/file`,
        stream: { type: 'application/octet-stream', length, open },
        limitSeconds,
      });
    },
    async remove(id: string): Promise<void> {
      await session.send('image', { method: 'DELETE', path: `/images/${id}` });
    },
  };
}

export type ImageApi = ReturnType<typeof imageApi>;
