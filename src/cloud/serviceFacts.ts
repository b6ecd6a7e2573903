/**
 * What a description, its vault and the importers need to know about the services: which of them are optional, which
 * accounts, secrets and ports they have, and which of their files `config:` may change. All of it is derived from the
 * definitions in `services/`, which build on the domain and so cannot be imported here: `npm run generate` writes it
 * into `services.generated.ts`, and a test holds the two together.
 */
export interface ServiceFacts {
  /** As in the description and the list of steps: `image`. */
  readonly name: string;
  /** OpenStack project, after which users, databases and other installers' keys are named: `glance`. */
  readonly project: string;
  /** Name for people: `Glance`. */
  readonly title: string;
  readonly optional?: OptionalServiceEntry;
  /** It has a user in Keystone: the vault holds `<project>_password`. */
  readonly account: boolean;
  /** It has a database: the vault holds `<project>_database_password`. */
  readonly database: boolean;
  readonly secrets: readonly ServiceSecret[];
  /** Ports on the virtual address. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  /** Ports of the hosts' own addresses. */
  readonly backendPorts: readonly { readonly name: string; readonly port: number }[];
  /** Configuration files that `config:` may change. */
  readonly files: readonly string[];
  readonly installers: Installers;
}

/** A service that `services:` of a description switches on or off. */
export interface OptionalServiceEntry {
  readonly name: string;
  readonly summary: string;
  /** `when-rgw`: on where a host has the role rgw. */
  readonly default: boolean | 'when-rgw';
}

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

/** What another installer calls the keys of a service, as far as its naming rules do not say so. */
export interface InstallerNames {
  /** The key that switches the service; left out: named by the rule; null: it has no switch. */
  readonly switch?: string | null;
  /** What the installer does where the switch is left out; true by default. */
  readonly default?: boolean;
  /** Secrets that no rule names: the installer's key to the vault's name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Keys without a meaning here, each with the reason as the report of this installer writes it. */
  readonly meaningless?: Readonly<Record<string, string>>;
  /** Added to the name of the switch where `init --like` gives it. */
  readonly remark?: string;
}

/** By installer; null for one that does not have the service. */
export interface Installers {
  readonly packstack?: InstallerNames | null;
  readonly kolla?: InstallerNames | null;
  readonly burrito?: InstallerNames | null;
}
