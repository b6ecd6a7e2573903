import type { Session } from './session.ts';

export interface VolumeService {
  readonly binary: string;
  /** `host` or `host@backend`. */
  readonly host: string;
  readonly zone: string;
  readonly status: 'enabled' | 'disabled';
  readonly state: 'up' | 'down';
  readonly disabled_reason?: string | null;
}

export interface Volume {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  /** GiB. */
  readonly size: number;
  readonly attachments: readonly { readonly server_id: string; readonly device: string }[];
}

export interface VolumeType {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly is_public: boolean;
  readonly extra_specs?: Readonly<Record<string, string>>;
}

/** Block Storage API v3; its addresses in the catalog end in the project. */
export function volumeApi(session: Session) {
  return {
    services: () => session.list<VolumeService>('volume', '/os-services', 'services'),
    types: () => session.list<VolumeType>('volume', '/types', 'volume_types', { is_public: 'None' }),
    async createType(fields: object): Promise<VolumeType> {
      const request = { method: 'POST', path: '/types', json: { volume_type: fields } } as const;
      return (await session.json<{ volume_type: VolumeType }>('volume', request)).volume_type;
    },
    async updateType(id: string, fields: object): Promise<void> {
      await session.send('volume', { method: 'PUT', path: `/types/${id}`, json: { volume_type: fields } });
    },
    async setExtraSpecs(id: string, specs: Readonly<Record<string, string>>): Promise<void> {
      const path = `/types/${id}/extra_specs`;
      await session.send('volume', { method: 'POST', path, json: { extra_specs: specs } });
    },
    volumes: () => session.list<Volume>('volume', '/volumes/detail', 'volumes'),
    async volume(id: string): Promise<Volume> {
      return (await session.json<{ volume: Volume }>('volume', { path: `/volumes/${id}` })).volume;
    },
    async create(fields: {
      readonly name: string;
      readonly size: number;
      readonly volume_type?: string;
    }): Promise<Volume> {
      const request = { method: 'POST', path: '/volumes', json: { volume: fields } } as const;
      return (await session.json<{ volume: Volume }>('volume', request)).volume;
    },
    async remove(id: string): Promise<void> {
      await session.send('volume', { method: 'DELETE', path: `/volumes/${id}` });
    },
  };
}

export type VolumeApi = ReturnType<typeof volumeApi>;
