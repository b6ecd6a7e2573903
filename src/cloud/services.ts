/**
 * What a description and its vault need to know about the services: which of them are optional, which accounts and
 * secrets they have, and which of their files `config:` may change. The one place of the domain that names services.
 */

/** A service that `services:` of a description switches on or off. */
export interface OptionalServiceEntry {
  readonly name: string;
  readonly summary: string;
  /** `when-rgw`: on where a host has the role rgw. */
  readonly default: boolean | 'when-rgw';
}

export const optionalServices: readonly OptionalServiceEntry[] = [
  { name: 'dashboard', summary: 'Horizon.', default: true },
  { name: 'orchestration', summary: 'Heat.', default: true },
  { name: 'key-manager', summary: 'Barbican.', default: true },
  {
    name: 'object-store',
    summary: 'RADOS gateway; on where a host has the role rgw.',
    default: 'when-rgw',
  },
];

/** Projects with a user in Keystone and a database: `<project>_password` and `<project>_database_password`. */
export const serviceAccounts: readonly string[] = [
  'glance',
  'placement',
  'nova',
  'neutron',
  'cinder',
  'heat',
  'barbican',
];

/** Ports of the APIs on the virtual address. */
export const apiPorts: readonly { readonly name: string; readonly title: string; readonly port: number }[] = [
  { name: 'identity', title: 'Keystone', port: 5000 },
  { name: 'orchestration-cfn', title: 'Heat', port: 8000 },
  { name: 'orchestration', title: 'Heat', port: 8004 },
  { name: 'compute', title: 'Nova', port: 8774 },
  { name: 'volume', title: 'Cinder', port: 8776 },
  { name: 'placement', title: 'Placement', port: 8778 },
  { name: 'image', title: 'Glance', port: 9292 },
  { name: 'key-manager', title: 'Barbican', port: 9311 },
  { name: 'network', title: 'Neutron', port: 9696 },
];

/** How a service's own secret is generated and checked. */
export type ServiceSecretKind =
  | 'password'
  /** At least 16 characters, shared between processes. */
  | 'shared-secret'
  /** Exactly 32 letters and digits. */
  | 'characters-32'
  /** 64 letters and digits; at least 32. */
  | 'characters-64'
  /** 32 bytes in base64. */
  | 'bytes-32';

export interface ServiceSecret {
  readonly name: string;
  readonly kind: ServiceSecretKind;
}

/** Secrets of single services, beside the passwords of their accounts. */
export const serviceSecrets: readonly ServiceSecret[] = [
  { name: 'metadata_secret', kind: 'shared-secret' },
  { name: 'heat_domain_password', kind: 'password' },
  // heat.conf's auth_encryption_key takes 16, 24 or 32 characters; its default is published.
  { name: 'heat_auth_encryption_key', kind: 'characters-32' },
  { name: 'horizon_secret_key', kind: 'characters-64' },
  { name: 'barbican_kek', kind: 'bytes-32' },
];

/** Service to the configuration files that `config:` may change. */
export type OverridableFiles = ReadonlyMap<string, readonly string[]>;

/** File to section to option names; a file that is absent here has no list to check against. */
export type KnownOptions = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** What `config:` is checked against. */
export interface ConfigurationTables {
  readonly files: OverridableFiles;
  readonly options: KnownOptions;
}

export const configurationTables: ConfigurationTables = {
  files: new Map([
    ['identity', ['keystone.conf']],
    ['image', ['glance-api.conf']],
    ['placement', ['placement.conf']],
    ['compute', ['nova.conf']],
    ['network', ['neutron.conf', 'ml2_conf.ini', 'neutron_ovn_metadata_agent.ini']],
    ['volume', ['cinder.conf']],
    ['orchestration', ['heat.conf']],
    ['key-manager', ['barbican.conf']],
  ]),
  options: new Map(),
};
