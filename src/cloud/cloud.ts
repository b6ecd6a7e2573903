import type { Text } from '../secrets/confidential.ts';
import type { NetworkName } from './networks.ts';
import type { Secrets } from './secrets.ts';

/** What a host does. `storage` in a description is short for mon, mgr, osd and rgw. */
export type Role = 'control' | 'network' | 'compute' | 'mon' | 'mgr' | 'osd' | 'rgw';

export type { NetworkName } from './networks.ts';

/** IPv4 network in CIDR notation, normalised to its first address, e.g. `192.168.21.0/24`. */
export type Cidr = string;

export interface CloudNetwork {
  readonly name: NetworkName;
  /** Usual interface name; a host may differ, see `Host.interfaces`. */
  readonly interface: string;
  /** Absent on the provider network: its hosts have no address there. */
  readonly cidr?: Cidr;
  /** Floating address held by keepalived: on management always, on service if wanted. */
  readonly vip?: string;
  /** Bytes; 1500 by default. */
  readonly mtu: number;
}

export interface Host {
  readonly name: string;
  /** Where ssh goes; the management address by default. */
  readonly sshAddress: string;
  readonly roles: ReadonlySet<Role>;
  /** Interface of this host in each network; networks that the host is not in are absent. */
  readonly interfaces: Readonly<Partial<Record<NetworkName, string>>>;
  /** Address of this host in each network that has addresses. `management` is always there. */
  readonly addresses: Readonly<Partial<Record<NetworkName, string>>> & { readonly management: string };
  /**
   * Where OSDs live: whole block devices (`/dev/sdb`), or sparse files of a trial (`file:/var/lib/osd0.img:20G`).
   */
  readonly devices: readonly string[];
  /** Memory that instances on this host do not get, in MiB. Counts where the host has the role compute. */
  readonly reservedMemoryMiB: number;
}

/** How hosts are reached. The operator's own ssh configuration applies on top. */
export interface SshSettings {
  readonly user: string;
  readonly port: number;
  /** An ssh_config file to use instead of the user's own. */
  readonly configFile?: string;
  readonly identityFile?: string;
  /** By default `sudo` is used for every user but root. */
  readonly sudo: boolean;
  /** From the vault: password for ssh when no key is accepted, and for sudo. */
  readonly password?: Text;
  readonly sudoPassword?: Text;
}

/** How fast a dead host or service is detected; seconds and counts. */
export interface HaTimings {
  readonly level: 'moderato' | 'allegro' | 'vivace';
  readonly interval: number;
  readonly timeout: number;
  readonly rise: number;
  readonly fall: number;
}

export interface CephSettings {
  readonly poolSize: number;
  readonly poolMinSize: number;
  readonly pgNum: number;
  /** Memory target of each OSD in bytes. */
  readonly osdMemory: number;
}

/** A storage backend that is described and validated but, other than `ceph`, not deployed yet. */
export interface StorageBackend {
  readonly type:
    | 'ceph'
    | 'netapp'
    | 'powerflex'
    | 'hitachi'
    | 'primera'
    | 'lvm'
    | 'purestorage'
    | 'powerstore'
    | 'nfs';
  /** Cinder backend and volume type name. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface PhysicalNetwork {
  /** Neutron's name for it, e.g. `external`. */
  readonly name: string;
  readonly bridge: string;
  /** Interface that becomes the bridge's port; by default the interface of the provider network. */
  readonly interface?: string;
  /** VLAN ranges, e.g. `100:199`; empty means flat only. */
  readonly vlans: readonly string[];
}

/**
 * One option of a service's configuration file that the description sets (`config:`). In `Cloud.overrides` the later
 * of two with equal service, file, section and option wins, and null removes the option.
 */
export interface Override {
  readonly service: string;
  readonly file: string;
  readonly section: string;
  readonly option: string;
  readonly value: OverrideValue;
  readonly scope: OverrideScope;
  /** Position of the option in the description; line and column count from 1. */
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
}

export type OverrideValue = Text | number | boolean | readonly Text[] | null;

export type OverrideScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'role'; readonly role: Role }
  | { readonly kind: 'host'; readonly host: string };

/** Something of the operator's own that may come in, beside what the cloud needs. */
export interface AllowedTraffic {
  readonly protocol: 'tcp' | 'udp';
  /** `9100`, or a range: `9100-9110`. */
  readonly ports: readonly string[];
  /** Through which network of the cloud; `any`: through every interface. */
  readonly network: NetworkName | 'any';
  /** By default the addresses of that network. */
  readonly from?: readonly Cidr[];
  /** On hosts with one of these roles; on all by default. */
  readonly roles?: readonly Role[];
}

/** What may come in to the hosts. */
export interface FirewallSettings {
  /** Off: no rules of ours are on the hosts. */
  readonly enabled: boolean;
  /** Where ssh may come from; anywhere by default. */
  readonly ssh?: readonly Cidr[];
  readonly allow: readonly AllowedTraffic[];
}

/** Rules for users and their passwords; users of services are exempt. */
export interface IdentitySettings {
  /** Absent: no user is ever locked. */
  readonly lockout?: { readonly attempts: number; readonly seconds: number };
  readonly passwords: {
    readonly minimumLength: number;
    /** Absent: they do not expire. */
    readonly expireDays?: number;
    /** How many of the last ones may not be chosen again. */
    readonly remembered: number;
  };
}

/** The one value that everything after reading works with. Frozen, complete, valid. */
export interface Cloud {
  readonly name: string;
  /** OpenStack release, e.g. `2025.1`. */
  readonly release: string;
  readonly region: string;
  /** Absolute folder of the description; generated files (`openrc`, `clouds.yaml`) and `.cloudwright/` go there. */
  readonly folder: string;
  readonly hosts: readonly Host[];
  readonly networks: {
    readonly service?: CloudNetwork;
    readonly management: CloudNetwork & { readonly cidr: Cidr; readonly vip: string };
    readonly provider?: CloudNetwork;
    /** Absent: provider networks only, no tenant overlay and no L3. */
    readonly overlay?: CloudNetwork;
    readonly storage?: CloudNetwork;
  };
  readonly ssh: SshSettings;
  /** Empty: the control nodes serve time to the rest. */
  readonly timeServers: readonly string[];
  readonly packages: {
    /** Base address of the Debian mirror, e.g. `http://mirror.example/debian`; absent: the hosts' own sources stay. */
    readonly mirror?: string;
    readonly securityMirror?: string;
    /** HTTP proxy for package fetches. */
    readonly proxy?: string;
  };
  readonly firewall: FirewallSettings;
  readonly identity: IdentitySettings;
  /** How often an address that is no host's may ask one service; absent: as often as it wants. */
  readonly rateLimit?: { readonly requests: number; readonly seconds: number };
  readonly ha: HaTimings;
  readonly virtualRouterId: number;
  /** The first is the default for Glance, Cinder's volume type and Nova's disks. */
  readonly backends: readonly StorageBackend[];
  readonly ceph: CephSettings;
  readonly physicalNetworks: readonly PhysicalNetwork[];
  readonly network: {
    readonly mechanism: 'ovn' | 'openvswitch' | 'linuxbridge';
    /** `auto`: kernel where the hosts have the module, userspace otherwise. */
    readonly datapath: 'auto' | 'kernel' | 'userspace';
    readonly tenantTypes: readonly ('geneve' | 'vxlan' | 'vlan')[];
  };
  readonly compute: {
    /** `auto`: kvm where /dev/kvm is there. */
    readonly virtualization: 'auto' | 'kvm' | 'qemu';
    readonly cpuRatio: number;
    readonly memoryRatio: number;
    readonly diskRatio: number;
    /** For every compute host; left out: it depends on the host's roles, see `Host.reservedMemoryMiB`. */
    readonly reservedMemoryMiB?: number;
  };
  /** Optional services that are wanted; the names are those of `optionalServices`. */
  readonly services: ReadonlySet<string>;
  /** HTTPS port of the dashboard on the VIP; 31000 by default. */
  readonly dashboardPort: number;
  readonly volumeBackup: boolean;
  /** Name of the object-store user. */
  readonly objectStoreUser: string;
  /** Minimum sizes a host of each role must have: counts, GiB. */
  readonly minimums: Readonly<
    Record<
      Role,
      {
        readonly cpus: number;
        readonly memoryGiB: number;
        readonly diskGiB: number;
        readonly deviceGiB?: number;
      }
    >
  >;
  /** Greatest tolerated time difference between a host and the operator's machine; seconds. */
  readonly clockTolerance: number;
  readonly test: {
    readonly image?: string;
    readonly providerCidr?: Cidr;
    readonly providerGateway?: string;
    readonly firstAddress?: string;
    readonly lastAddress?: string;
    /** Where the test connects to the instance from: this machine, one of the hosts, or a network namespace of this machine. */
    readonly vantage: 'local' | { readonly host: string } | { readonly netns: string };
  };
  /** Options of configuration files that differ from what Cloudwright writes, widest scope first. */
  readonly overrides: readonly Override[];
  readonly secrets: Secrets;
}
