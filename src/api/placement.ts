import type { Session } from './session.ts';

export interface ResourceProvider {
  readonly uuid: string;
  readonly name: string;
}

export interface Inventory {
  readonly total: number;
  readonly reserved: number;
  readonly allocation_ratio: number;
}

/** Placement API. */
export function placementApi(session: Session) {
  return {
    providers: () => session.list<ResourceProvider>('placement', '/resource_providers', 'resource_providers'),
    async inventories(provider: string): Promise<Readonly<Record<string, Inventory>>> {
      const path = `/resource_providers/${provider}/inventories`;
      return (await session.json<{ inventories: Record<string, Inventory> }>('placement', { path }))
        .inventories;
    },
  };
}

export type PlacementApi = ReturnType<typeof placementApi>;
