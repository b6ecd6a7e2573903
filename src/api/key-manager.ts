import { Confidential, type Text } from '../secrets/confidential.ts';
import type { Session } from './session.ts';

export interface StoredSecret {
  readonly secret_ref: string;
  readonly name: string | null;
  readonly status: string;
}

/** Key Manager API v1. */
export function keyManagerApi(session: Session) {
  const idOf = (reference: string): string => reference.split('/').at(-1) ?? reference;
  return {
    list: (name: string) => session.list<StoredSecret>('key-manager', '/secrets', 'secrets', { name }),
    /** Stores plain text; answers the secret's id. */
    async store(name: string, payload: Text): Promise<string> {
      const answer = await session.json<{ secret_ref: string }>('key-manager', {
        method: 'POST',
        path: '/secrets',
        json: { name, payload, payload_content_type: 'text/plain', secret_type: 'opaque' },
        secrets: [payload],
      });
      return idOf(answer.secret_ref);
    },
    async payload(id: string): Promise<Confidential> {
      const request = { path: `/secrets/${id}/payload`, headers: { accept: 'text/plain' } };
      return new Confidential((await session.send('key-manager', request)).body);
    },
    async remove(reference: string): Promise<void> {
      await session.send('key-manager', { method: 'DELETE', path: `/secrets/${idOf(reference)}` });
    },
  };
}

export type KeyManagerApi = ReturnType<typeof keyManagerApi>;
