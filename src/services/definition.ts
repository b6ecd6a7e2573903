import type { Cloud, Host } from '../cloud/cloud.ts';
import type { Installers, ServiceSecretKind } from '../cloud/services.ts';
import type { Check } from '../engine/check.ts';
import type { AllFacts, HostFacts } from '../hosts/connection.ts';
import type { Platform, ProjectOnPlatform } from '../platform/platform.ts';
import type { Text } from '../secrets/confidential.ts';

/**
 * What an OpenStack service is, apart from where and how it runs. Everything else is derived from it: packages,
 * units, catalog, accounts, databases, haproxy's sections, secrets, what the toolbox expects, the `services:` and
 * `config:` sections of a description, and the importers' tables.
 */
export interface ServiceDefinition {
  /** The step's name, and the service's in `services:` and `config:`: `image`. */
  readonly name: string;
  /** OpenStack's project, which names the user, the database and the platform's entry: `glance`. */
  readonly project: string;
  readonly title: string;
  /** Steps that must be verified before this one starts. */
  readonly needs: readonly string[];
  /** A service that a description may switch on or off. */
  readonly optional?: OptionalService;
  /** What the description must have for it, beside the switch. */
  readonly applies?: (cloud: Cloud) => boolean;
  /** False for a service without a user in Keystone. */
  readonly account?: false;
  /** Roles of its user beside `service`: those that rules of `policy` name. */
  readonly userRoles?: readonly string[];
  /** Users in Keystone beside the one with the project's name. */
  readonly users?: readonly ServiceUser[];
  /** Rules of its API that differ from the release's defaults. */
  readonly policy?: readonly PolicyRule[];
  readonly catalog?: readonly CatalogEntry[];
  readonly databases?: readonly string[];
  readonly secrets?: readonly ServiceSecret[];
  /** Roles that it defines; `members`: those that an ordinary user of it needs. */
  readonly roles?: { readonly names: readonly string[]; readonly members?: readonly string[] };
  readonly domain?: ServiceDomain;
  readonly ceph?: readonly CephClient[];
  readonly configuration?: readonly ConfigurationFile[];
  /** Files that are no INI files. */
  readonly files?: readonly PlainFile[];
  readonly keyRepositories?: readonly KeyRepository[];
  /** Sections that other projects' configuration needs where this service is there. */
  readonly configures?: readonly Contribution[];
  readonly migrations?: (context: ServiceContext) => readonly Migration[];
  /** Done once when the processes run. */
  readonly afterStart?: (context: ServiceContext) => readonly Migration[];
  readonly processes: readonly Process[];
  /** Deletes old rows; run daily by the control host that holds the virtual address. */
  readonly purge?: readonly Purge[];
  /** Cinder's volume types, made through its own API. */
  readonly volumeTypes?: (cloud: Cloud) => readonly {
    readonly name: string;
    readonly extraSpecs: Readonly<Record<string, string>>;
  }[];
  /** It takes plug-ins of other services: their packages are installed with it. */
  readonly plugins?: true;
  /** Whether the platform has a dashboard plug-in for it: `dashboard` in its project's `extras`. */
  readonly dashboardPlugin?: true;
  /** Feature names of the platform's `extras` whose packages this service needs. */
  readonly extras?: (cloud: Cloud, host: Host) => readonly string[];
  /** Beyond the processes' own answers, which are always checked. */
  readonly checks?: (context: ServiceContext) => readonly ServiceCheck[];
  /** Keys of other installers, where their naming rules do not say them. */
  readonly installers?: Installers;
}

export interface OptionalService {
  readonly summary: string;
  /** `when-rgw`: on where a host has the role rgw. */
  readonly default: boolean | 'when-rgw';
}

export interface CatalogEntry {
  /** Service type in Keystone's catalog. */
  readonly type: string;
  /** Name in the catalog; the project's by default. */
  readonly name?: string;
  readonly description: string;
  readonly port: number;
  /** Path after the port, as stored in the catalog. */
  readonly path: string;
}

/** A secret of the service's own, beside the passwords of its account and database; its kinds are the vault's. */
export interface ServiceSecret {
  readonly name: string;
  readonly kind: ServiceSecretKind;
}

/** A user of a service in Keystone, with roles on the project `service`. */
export interface ServiceUser {
  readonly name: string;
  /** Name of its password in the vault. */
  readonly password: string;
  /** All of them: any other role on the project is taken away. */
  readonly roles: readonly string[];
}

/** A rule of oslo.policy that allows more than its default. */
export interface PolicyRule {
  /** `get_subnet` */
  readonly rule: string;
  /** What the release says, as `oslopolicy-sample-generator` prints it. */
  readonly default: string;
  /** Who is allowed it too: `role:service`. */
  readonly or: string;
}

/** A Keystone domain of the service's own, with an administrator. */
export interface ServiceDomain {
  readonly name: string;
  readonly description: string;
  readonly administrator: string;
  readonly password: string;
}

/** A Ceph user with the least rights that its service needs. */
export interface CephClient {
  /** Without `client.`. */
  readonly id: string;
  /** Name of its key in the vault. */
  readonly secret: string;
  readonly pools: readonly string[];
  readonly readOnlyPools?: readonly string[];
  readonly on: Placement;
  readonly when?: (cloud: Cloud) => boolean;
}

/** The hosts on which a part of a service is. */
export type Placement = (cloud: Cloud) => readonly Host[];

export interface ServiceContext {
  readonly cloud: Cloud;
  /** Of the hosts that were reached. */
  readonly facts: AllFacts;
  /** Address of a service's API for other services: `http://192.0.2.100:9292`, without the catalog's path. */
  url(service: string): string;
  /** The same as people and instances reach it. */
  publicUrl(service: string): string;
  /** Where the platform of the control hosts keeps a project's files. */
  platformOf(project: string): ProjectOnPlatform;
  /** Shell that prints how many consumers a queue of the broker has; run on a control host. */
  consumers(queue: string): string;
  /** A reached control host: any of them can answer for the whole cloud. */
  readonly control: Host;
}

export interface HostContext extends ServiceContext {
  readonly host: Host;
  readonly own: HostFacts;
  readonly platform: Platform;
  /** Where the platform keeps this project's files. */
  readonly project: ProjectOnPlatform;
}

export type Section = Readonly<Record<string, Text | number | boolean | readonly Text[] | undefined>>;
export type Sections = Readonly<Record<string, Section | undefined>>;

export interface ConfigurationFile {
  /** Under the project's configuration folder: `glance-api.conf`, `plugins/ml2/ml2_conf.ini`. */
  readonly name: string;
  readonly on: Placement;
  sections(context: HostContext): Sections;
}

export interface PlainFile {
  /** Under the project's configuration folder. */
  readonly name: string;
  readonly on: Placement;
  content(context: HostContext): Text;
}

/** Numbered keys, the same on every host of the control plane. */
export interface KeyRepository {
  /** Under the project's configuration folder. */
  readonly folder: string;
  /** Names in the vault without their number. */
  readonly secrets: string;
}

export interface Contribution {
  readonly project: string;
  readonly file: string;
  sections(context: HostContext): Sections;
}

/**
 * One stage of bringing the databases up to the installed version, in the order of the list. Done once for the cloud,
 * by any control host, before any process of the service starts anywhere.
 */
export type Migration =
  | {
      readonly kind: 'schema';
      readonly database: string;
      /** A table that only a finished migration leaves filled; `alembic_version` by default. */
      readonly table?: string;
      /** Command line, run as the project's user. */
      readonly command: string;
    }
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly doing: string;
      /** A changed value makes it run again; kept on the host as a digest. */
      readonly fingerprint?: Text;
      /** Shell that exits 0 when nothing is left to do; `query SQL` prints the rows of a query. */
      readonly unless: string;
      /** Shell; `run COMMAND…` runs as the project's user. */
      readonly script: Text;
      readonly limitSeconds: number;
    };

export interface Purge {
  /** Command line, run as the project's user. */
  readonly command: string;
}

export interface Process {
  /** The platform knows its package, unit and entry point under this name. */
  readonly name: string;
  readonly kind: 'wsgi' | 'daemon' | 'site' | 'component';
  readonly on: Placement;
  readonly when?: (cloud: Cloud) => boolean;
  /** Port of the host's management address. */
  readonly port?: number;
  /** Path that answers when the process is alive; asked on every host by itself, and by haproxy. */
  readonly health?: string;
  readonly balanced?: Balanced;
  /** Answers are streamed and bodies are large: chunked bodies in both directions. */
  readonly streaming?: true;
  /** What should be up first at boot on the same host: a component, or `project/process`. */
  readonly startsAfter?: readonly string[];
  /** What must be in place first in a run: processes of this service on all hosts. */
  readonly after?: readonly string[];
  /** Ids of resources of other steps whose change restarts it. */
  readonly watches?: (context: HostContext) => readonly string[];
  /** Ids of resources of other steps that must be in place first. */
  readonly afterResources?: (context: ServiceContext) => readonly string[];
}

/** How haproxy offers a process on the virtual address. */
export interface Balanced {
  /** Section in haproxy.cfg. */
  readonly section: string;
  /** Port on the virtual address; the process's own by default. */
  readonly port?: number | ((cloud: Cloud) => number);
  /** On the service network's address as well. */
  readonly public?: true;
  readonly lines?: readonly string[];
}

export type ServiceCheck = Check;
