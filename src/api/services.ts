export interface ServiceFacts {
  /** As a sentence names it. */
  readonly label: string;
  /** Catalog types, the official one first, then older names (OpenStack service-types authority). */
  readonly types: readonly string[];
  /** Appended to the catalog's address unless it already ends in a version. */
  readonly version?: string;
  /** The value of `OpenStack-API-Version`, pinned so that a later release answers in the same shapes. */
  readonly microversion?: string;
}

/**
 * The services that this client has typed calls for; any other is asked through `Client.request` by its catalog type.
 * Microversions: all within 2025.1's range, and as old as the fields that are used allow.
 */
const KNOWN: Readonly<Record<string, ServiceFacts>> = {
  identity: { label: 'the identity service', types: ['identity'] },
  image: { label: 'the image service', types: ['image'], version: 'v2' },
  compute: { label: 'the compute service', types: ['compute'], microversion: 'compute 2.79' },
  network: { label: 'the network service', types: ['network'], version: 'v2.0' },
  volume: {
    label: 'the volume service',
    types: ['block-storage', 'volumev3', 'volume', 'block-store'],
    microversion: 'volume 3.59',
  },
  placement: { label: 'the placement service', types: ['placement'], microversion: 'placement 1.29' },
};

export function serviceFacts(service: string): ServiceFacts {
  return KNOWN[service] ?? { label: `the ${service} service`, types: [service] };
}
