import type { Text } from '../secrets/confidential.ts';

/** A piece of POSIX shell to run as root on a host. It travels over standard input, never as an argument. */
export interface ShellRequest {
  readonly script: Text;
  /** Seconds after which the request fails with what it was waiting for. */
  readonly limitSeconds: number;
  /** What the script does, in words an operator understands: "install 312 packages". */
  readonly doing: string;
  /**
   * Keeps what the script opens, such as a lock, until the connection ends: the shell itself evaluates the script, so it
   * must not `exit`, and serves no other request where it exits with 0. Open `KEPT_DESCRIPTOR`.
   */
  readonly keeps?: boolean;
}

/** The file descriptor of a shell that no later script in the same shell gets. */
export const KEPT_DESCRIPTOR = 8;

export interface ShellResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * One reached host for the length of a run. Several requests may be under way at once; each gets a shell of its
 * own over the one connection. Rejects with CloudwrightError (HOST_*) when the host can't be reached any more or
 * the limit passes; a script that exits non-zero is a result, not a rejection.
 */
export interface Connection {
  readonly host: string;
  run(request: ShellRequest): Promise<ShellResult>;
  close(): Promise<void>;
}

/** Reaches every host of a cloud, once each. */
export interface Connections {
  get(host: string): Promise<Connection>;
  /** A connection of its own, made now, however well the one of `get` still works. Its caller closes it. */
  fresh(host: string): Promise<Connection>;
  /**
   * Opens a way from this machine to `address:port` as seen from `host` and returns a unix socket path that
   * leads there; used by the OpenStack client where the operator's machine has no route to the VIP.
   */
  forward(host: string, address: string, port: number): Promise<string>;
  closeAll(): Promise<void>;
}

/** What was read off a host before planning; the only knowledge of hosts that steps may use. */
export interface HostFacts {
  readonly hostname: string;
  /** `VERSION_CODENAME` of os-release: `trixie`. */
  readonly codename: string;
  /** `ID` of os-release: `debian`. */
  readonly distribution: string;
  /** `VERSION_ID` of os-release: `13`; empty on a rolling release. */
  readonly versionId: string;
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly rootDiskGiB: number;
  readonly rootFreeGiB: number;
  /** Open vSwitch kernel module loaded or loadable. */
  readonly openvswitchModule: boolean;
  /** /dev/kvm there and usable. */
  readonly kvm: boolean;
  /** `systemd-detect-virt --container` says so. */
  readonly container: boolean;
  /** Host's clock minus this machine's; seconds. */
  readonly clockOffsetSeconds: number;
  readonly interfaces: readonly {
    readonly name: string;
    readonly up: boolean;
    readonly addresses: readonly string[];
    readonly mtu: number;
  }[];
  readonly blockDevices: readonly {
    readonly path: string;
    readonly sizeGiB: number;
    readonly inUse: boolean;
  }[];
  readonly defaultGateway: boolean;
  /** A run of Cloudwright has changed this host before. */
  readonly managed?: boolean;
  /** The id of the cloud that the host belongs to; absent before its first apply. */
  readonly cloudId?: string;
}

export type AllFacts = ReadonlyMap<string, HostFacts>;
