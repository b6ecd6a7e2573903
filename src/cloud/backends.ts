import type { StorageBackend } from './cloud.ts';
import type { Description } from './schema.ts';

type WrittenBackend = Description['storage']['backends'][number];

/** A storage backend from its short form, which is a type, or its long form with a name and options. */
export function storageBackend(written: WrittenBackend): StorageBackend {
  if (typeof written === 'string') return { type: written, name: written, options: {} };
  const { type, name, ...options } = written;
  return { type, name: name ?? type, options };
}
