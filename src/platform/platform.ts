/**
 * What a distribution and an OpenStack release call things: packages, units, users, paths, entry points. Data only.
 * A service says what it is; the platform says what that is called where it runs.
 */
export interface Platform {
  /** Shown to operators: `Debian 13, OpenStack 2025.1`. */
  readonly title: string;
  /** OpenStack release, as `release` in a description. */
  readonly release: string;
  /** `ID` and `VERSION_CODENAME` of os-release. */
  readonly distribution: { readonly id: string; readonly codename: string };
  readonly packageManager: PackageManager;
  /** OpenStack's projects by name: `glance`, `nova` … */
  readonly projects: Readonly<Record<string, ProjectOnPlatform>>;
  /** What OpenStack depends on: `mariadb`, `rabbitmq`, `haproxy` … */
  readonly components: Readonly<Record<ComponentName, Component>>;
  /** Interpreter of WSGI applications. */
  readonly wsgiServer: { readonly command: string; readonly plugin: string };
  /** What every process of OpenStack loads first, where the interpreter has a known bug. */
  readonly startupModule?: StartupModule;
  /** Options that the packages' configuration files may have; loaded when asked, since it is large. */
  readonly options?: () => Promise<OptionNames>;
}

/**
 * File to section to the names of its options, separated by spaces; or to the file that has the same ones. `<backend>`
 * stands for sections that are named after a storage backend, `prefix*` for sections whose names begin with it.
 */
export type OptionNames = Readonly<Record<string, Readonly<Record<string, string>> | string>>;

export interface PackageManager {
  /** Shell that prints the version of the installed package `$1`. */
  readonly version: string;
  /** Shell that lists packages that are not fully installed; prints nothing when all is well. */
  readonly audit: string;
  /** The versions of packages below which a cloud would not be safe, by package. */
  readonly leastVersions: Readonly<Record<string, string>>;
  /** Shell that succeeds where the package `$1` is installed in a version before `$2`. */
  readonly older: string;
  /**
   * Shell that prints where the installed packages come from, by what the host knows without asking a source. Lines:
   * `lists SECONDS`, `security`, `packages COUNT`, `update NAME VERSION NEW`, `superseded NAME VERSION`,
   * `foreign NAME VERSION`, `unsigned WHAT`, and `end`.
   */
  readonly origins: string;
  /** Answers to questions that have no configuration file, by package. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
  /** Components of the distribution's archive. */
  readonly components: readonly string[];
}

export interface StartupModule {
  readonly path: string;
  readonly content: string;
  /** `NAME=value` in the environment of the processes, by which the interpreter finds the module. */
  readonly environment: string;
}

export interface ProjectOnPlatform {
  readonly user: string;
  readonly group: string;
  /** Folders. */
  readonly configuration: string;
  readonly state: string;
  readonly logs: string;
  readonly locks: string;
  /** The package whose version the database schema belongs to. */
  readonly schemaPackage?: string;
  readonly processes: Readonly<Record<string, ProcessOnPlatform>>;
  /** Packages of what a service may use: `ceph`, `client`, `hypervisor`, `dashboard` … */
  readonly extras?: Readonly<Record<string, readonly string[]>>;
  /** Sites that the packages enable in the web server and that are not ours. */
  readonly unusedSites?: readonly string[];
}

export interface ProcessOnPlatform {
  readonly packages: readonly string[];
  /** systemd unit without `.service`. */
  readonly unit: string;
  /** WSGI entry script. */
  readonly wsgi?: string;
  /** Options of the WSGI server that this package's entry point needs. */
  readonly wsgiOptions?: Readonly<Record<string, string | number | boolean>>;
  /** Arguments of the entry script. */
  readonly arguments?: string;
  /** Absolute; `<logs>/<unit>.log` by default. */
  readonly logFile?: string;
  /** Files that the package reads beside its configuration: path to content. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Units of the packages that no cloud uses: kept stopped. */
  readonly unusedUnits?: readonly string[];
  /** Files of the packages with known bugs, which others take the place of. */
  readonly replaced?: readonly ReplacedFile[];
}

export interface ReplacedFile {
  readonly path: string;
  /** Where the package's own file is kept, through upgrades too; the content may use it. */
  readonly original: string;
  readonly content: string;
}

export type ComponentName =
  | 'mariadb'
  | 'rabbitmq'
  | 'memcached'
  | 'haproxy'
  | 'keepalived'
  | 'chrony'
  | 'nftables'
  | 'authorities'
  | 'openvswitch'
  | 'ovn-central'
  | 'ovn-host'
  | 'ceph'
  | 'ceph-mon'
  | 'ceph-mgr'
  | 'ceph-osd'
  | 'ceph-rgw'
  | 'libvirt'
  | 'web-server'
  | 'tools';

export interface Component {
  readonly packages: readonly string[];
  /** Units by role, with their suffix where they are no services: `{ server: 'mariadb' }`. */
  readonly units: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly group?: string;
  /** Paths by use: `{ configuration: '/etc/memcached.conf' }`. */
  readonly paths: Readonly<Record<string, string>>;
  /** Content of the file at the path `shim`, which works round a known bug of the package. */
  readonly shim?: string;
}

/** A name of the platform's table; a missing one is a mistake in the table and says which. */
export function unitOf(component: Component, role: string): string {
  return entry(component.units, role, 'unit');
}

export function pathOf(component: Component, use: string): string {
  return entry(component.paths, use, 'path');
}

function entry(table: Readonly<Record<string, string>>, name: string, what: string): string {
  const found = table[name];
  if (found === undefined) throw new Error(`the platform has no ${what} ${name}`);
  return found;
}
