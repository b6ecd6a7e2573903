import { Confidential } from '../secrets/confidential.ts';
import type { Session } from './session.ts';

export interface ComputeService {
  readonly id: string;
  readonly binary: string;
  readonly host: string;
  readonly zone: string;
  readonly status: 'enabled' | 'disabled';
  readonly state: 'up' | 'down';
  readonly disabled_reason: string | null;
  readonly updated_at: string | null;
}

export interface Hypervisor {
  readonly id: string;
  readonly hypervisor_hostname: string;
  readonly hypervisor_type: string;
  readonly state: 'up' | 'down';
  readonly status: 'enabled' | 'disabled';
  readonly vcpus: number;
  readonly vcpus_used: number;
  readonly memory_mb: number;
  readonly memory_mb_used: number;
  readonly running_vms: number;
  readonly service: { readonly host: string };
}

export interface Flavor {
  readonly id: string;
  readonly name: string;
  /** MiB. */
  readonly ram: number;
  readonly vcpus: number;
  /** GiB. */
  readonly disk: number;
  /** GiB. */
  readonly 'OS-FLV-EXT-DATA:ephemeral'?: number;
  /** MiB. */
  readonly swap?: number | '';
  readonly 'os-flavor-access:is_public': boolean;
  readonly extra_specs?: Readonly<Record<string, string>>;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly addresses: Readonly<
    Record<string, readonly { readonly addr: string; readonly version: number }[]>
  >;
  readonly fault?: { readonly message: string; readonly details?: string };
  readonly 'OS-EXT-STS:task_state': string | null;
  readonly 'OS-EXT-SRV-ATTR:host': string | null;
}

export interface NewServer {
  readonly name: string;
  readonly imageRef: string;
  readonly flavorRef: string;
  readonly key_name: string;
  readonly networks: readonly { readonly uuid: string }[];
  readonly security_groups: readonly { readonly name: string }[];
}

export interface NewFlavor {
  readonly name: string;
  readonly ram: number;
  readonly vcpus: number;
  readonly disk: number;
  readonly id?: string;
  readonly swap?: number;
  readonly 'OS-FLV-EXT-DATA:ephemeral'?: number;
  readonly 'os-flavor-access:is_public'?: boolean;
}

/** Compute API v2.1, microversion as in services.ts. */
export function computeApi(session: Session) {
  async function remove(path: string): Promise<void> {
    await session.send('compute', { method: 'DELETE', path });
  }
  return {
    services: () => session.list<ComputeService>('compute', '/os-services', 'services'),
    hypervisors: () => session.list<Hypervisor>('compute', '/os-hypervisors/detail', 'hypervisors'),

    flavors: () => session.list<Flavor>('compute', '/flavors/detail', 'flavors', { is_public: 'None' }),
    async createFlavor(fields: NewFlavor): Promise<Flavor> {
      const request = { method: 'POST', path: '/flavors', json: { flavor: fields } } as const;
      return (await session.json<{ flavor: Flavor }>('compute', request)).flavor;
    },
    removeFlavor: (id: string) => remove(`/flavors/${id}`),

    async keypairs(): Promise<readonly string[]> {
      const found = await session.list<{ keypair: { name: string } }>('compute', '/os-keypairs', 'keypairs');
      return found.map((item) => item.keypair.name);
    },
    async importKeypair(name: string, publicKey: string): Promise<void> {
      await session.send('compute', {
        method: 'POST',
        path: '/os-keypairs',
        json: { keypair: { name, type: 'ssh', public_key: publicKey } },
      });
    },
    removeKeypair: (name: string) => remove(`/os-keypairs/${encodeURIComponent(name)}`),

    servers: () => session.list<Server>('compute', '/servers/detail', 'servers'),
    async server(id: string): Promise<Server> {
      return (await session.json<{ server: Server }>('compute', { path: `/servers/${id}` })).server;
    },
    async createServer(fields: NewServer): Promise<string> {
      const request = { method: 'POST', path: '/servers', json: { server: fields } } as const;
      return (await session.json<{ server: { id: string } }>('compute', request)).server.id;
    },
    removeServer: (id: string) => remove(`/servers/${id}`),
    async attachVolume(server: string, volume: string): Promise<void> {
      await session.send('compute', {
        method: 'POST',
        path: `/servers/${server}/os-volume_attachments`,
        json: { volumeAttachment: { volumeId: volume } },
        limitSeconds: 120,
      });
    },
    detachVolume: (server: string, volume: string) =>
      remove(`/servers/${server}/os-volume_attachments/${volume}`),
    /** The address of the page that shows the screen; it holds a token that lets anybody in. */
    async console(server: string): Promise<Confidential> {
      const answer = await session.json<{ remote_console: { url: string } }>('compute', {
        method: 'POST',
        path: `/servers/${server}/remote-consoles`,
        json: { remote_console: { protocol: 'vnc', type: 'novnc' } },
      });
      return new Confidential(answer.remote_console.url);
    },
    async consoleOutput(server: string, lines: number): Promise<string> {
      const answer = await session.json<{ output: string | null }>('compute', {
        method: 'POST',
        path: `/servers/${server}/action`,
        json: { 'os-getConsoleOutput': { length: lines } },
      });
      return answer.output ?? '';
    },
  };
}

export type ComputeApi = ReturnType<typeof computeApi>;
