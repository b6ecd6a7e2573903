/** The services of a cloud that Cloudwright talks to. */
export type ServiceName =
  | 'identity'
  | 'image'
  | 'compute'
  | 'network'
  | 'volume'
  | 'placement'
  | 'orchestration'
  | 'key-manager';

interface ServiceFacts {
  /** As a sentence names it. */
  readonly label: string;
  /** Catalog types, the official one first, then older names (OpenStack service-types authority). */
  readonly types: readonly string[];
  /** Appended to the catalog's address unless it already ends in a version. */
  readonly version?: string;
  /** Microversions are pinned, so that a later release answers in the same shapes. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Microversions: all within 2025.1's range, and as old as the fields that are used allow. */
export const services: Readonly<Record<ServiceName, ServiceFacts>> = {
  identity: { label: 'the identity service', types: ['identity'], headers: {} },
  image: { label: 'the image service', types: ['image'], version: 'v2', headers: {} },
  compute: {
    label: 'the compute service',
    types: ['compute'],
    headers: { 'openstack-api-version': 'compute 2.79' },
  },
  network: { label: 'the network service', types: ['network'], version: 'v2.0', headers: {} },
  volume: {
    label: 'the volume service',
    types: ['block-storage', 'volumev3', 'volume', 'block-store'],
    headers: { 'openstack-api-version': 'volume 3.59' },
  },
  placement: {
    label: 'the placement service',
    types: ['placement'],
    headers: { 'openstack-api-version': 'placement 1.29' },
  },
  orchestration: { label: 'the orchestration service', types: ['orchestration'], headers: {} },
  'key-manager': { label: 'the key manager', types: ['key-manager'], version: 'v1', headers: {} },
};
