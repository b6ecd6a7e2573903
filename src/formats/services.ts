/** What another installer calls the keys of a service, as far as its naming rules do not say so. */
interface InstallerNames {
  /** The key that switches the service; left out: named by the rule; null: it has no switch. */
  readonly switch?: string | null;
  /** What the installer does where the switch is left out; true unless given. */
  readonly default?: boolean;
  /** Secrets that no rule names: the installer's key to the vault's name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Keys without a meaning here, each with the reason as the report of this installer writes it. */
  readonly meaningless?: Readonly<Record<string, string>>;
  /** Added to the name of the switch where `init --like` gives it. */
  readonly remark?: string;
}

/**
 * A service of Cloudwright as the other installers know it. All that the importers and exporters know of services is
 * derived from these values. An installer that is left out does not have the service.
 */
export interface ImportableService {
  /** Name as in the description and the service catalog, e.g. `key-manager`. */
  readonly name: string;
  /** Name of the OpenStack project; the installers' keys are named after it. */
  readonly project: string;
  /** Name for people, e.g. `Barbican`. */
  readonly title: string;
  /**
   * Present: the service can be switched under `services`. `on`: it is deployed unless switched off; `by-roles`: that
   * depends on the roles of the hosts, so that an import always writes it down.
   */
  readonly optional?: 'on' | 'by-roles';
  /** It has an account in Keystone: the vault holds `<project>_password`. */
  readonly account?: true;
  /** It has a database: the vault holds `<project>_database_password`. */
  readonly database?: true;
  readonly packstack?: InstallerNames;
  readonly kolla?: InstallerNames;
  readonly burrito?: InstallerNames;
}

export const importableServices: readonly ImportableService[] = [
  {
    name: 'identity',
    project: 'keystone',
    title: 'Keystone',
    database: true,
    packstack: { switch: null },
    kolla: {},
    burrito: { secrets: { vault_keystone_password: 'keystone_database_password' } },
  },
  {
    name: 'image',
    project: 'glance',
    title: 'Glance',
    account: true,
    database: true,
    packstack: {},
    kolla: {},
    burrito: {},
  },
  {
    name: 'placement',
    project: 'placement',
    title: 'Placement',
    account: true,
    database: true,
    kolla: {},
    burrito: {},
  },
  {
    name: 'compute',
    project: 'nova',
    title: 'Nova',
    account: true,
    database: true,
    packstack: {},
    kolla: {},
    burrito: {
      secrets: {
        vault_nova_ssh_private_key: 'nova_ssh_private_key',
        vault_nova_ssh_public_key: 'nova_ssh_public_key',
      },
    },
  },
  {
    name: 'network',
    project: 'neutron',
    title: 'Neutron',
    account: true,
    database: true,
    packstack: { secrets: { CONFIG_NEUTRON_METADATA_PW: 'metadata_secret' } },
    kolla: { secrets: { metadata_secret: 'metadata_secret' } },
    burrito: { secrets: { vault_neutron_metadata_secret: 'metadata_secret' } },
  },
  {
    name: 'volume',
    project: 'cinder',
    title: 'Cinder',
    account: true,
    database: true,
    packstack: {},
    kolla: { secrets: { cinder_rbd_secret_uuid: 'ceph_libvirt_uuid' } },
    burrito: { secrets: { vault_ceph_secret_uuid: 'ceph_libvirt_uuid' } },
  },
  {
    name: 'dashboard',
    project: 'horizon',
    title: 'Horizon',
    optional: 'on',
    packstack: { secrets: { CONFIG_HORIZON_SECRET_KEY: 'horizon_secret_key' } },
    kolla: { secrets: { horizon_secret_key: 'horizon_secret_key' } },
    burrito: {
      switch: null,
      meaningless: { vault_horizon_password: 'the dashboard has no database here' },
    },
  },
  {
    name: 'orchestration',
    project: 'heat',
    title: 'Heat',
    optional: 'on',
    account: true,
    database: true,
    packstack: {
      default: false,
      secrets: { CONFIG_HEAT_DOMAIN_PASSWORD: 'heat_domain_password' },
      meaningless: {
        CONFIG_HEAT_AUTH_ENC_KEY:
          'A new key is generated; it matters only to stacks of the old cloud, which are not taken over.',
      },
    },
    kolla: { secrets: { heat_domain_admin_password: 'heat_domain_password' } },
  },
  {
    name: 'key-manager',
    project: 'barbican',
    title: 'Barbican',
    optional: 'on',
    account: true,
    database: true,
    kolla: {
      default: false,
      secrets: { barbican_crypto_key: 'barbican_kek' },
      meaningless: {
        barbican_crypto_plugin: 'secrets are encrypted with a key from the vault',
        barbican_library_path: 'secrets are encrypted with a key from the vault, not by a hardware module',
        barbican_p11_password: 'secrets are encrypted with a key from the vault, not by a hardware module',
      },
    },
    burrito: {
      switch: 'install_barbican',
      secrets: { vault_barbican_kek: 'barbican_kek' },
    },
  },
  {
    name: 'object-store',
    project: 'swift',
    title: 'the gateway of Ceph',
    optional: 'by-roles',
    packstack: { remark: 'here Ceph’s gateway' },
    kolla: { switch: 'enable_ceph_rgw', default: false },
    burrito: { switch: null, remark: 'The group rgws' },
  },
];
