/**
 * What a unit of our own may do, as directives of systemd.exec(5). Each unit begins with everything closed and says
 * what it needs. `systemd-analyze security` rates each at 4.0 or less.
 *
 * None of these asks for more than the units of the distribution's own packages do, as those of chrony and memcached:
 * where they run, in a container too, these run.
 */
type Directives = Readonly<Record<string, string>>;

const CLOSED: Directives = {
  NoNewPrivileges: 'yes',
  // The whole file system is read-only, but for what a unit names as ReadWritePaths.
  ProtectSystem: 'strict',
  ProtectHome: 'yes',
  PrivateDevices: 'yes',
  ProtectKernelTunables: 'yes',
  ProtectKernelModules: 'yes',
  ProtectKernelLogs: 'yes',
  ProtectControlGroups: 'yes',
  ProtectClock: 'yes',
  ProtectHostname: 'yes',
  RestrictNamespaces: 'yes',
  RestrictRealtime: 'yes',
  RestrictSUIDSGID: 'yes',
  LockPersonality: 'yes',
  MemoryDenyWriteExecute: 'yes',
  SystemCallArchitectures: 'native',
  SystemCallFilter: '@system-service',
  // A refused call is an error that the program can report, and not its end.
  SystemCallErrorNumber: 'EPERM',
  CapabilityBoundingSet: '',
  RestrictAddressFamilies: 'AF_UNIX',
  UMask: '0077',
};

const OWN = {
  /** Asks the database over its local socket, as a user without rights. */
  'database-health': { ProtectProc: 'invisible', ProcSubset: 'pid' },
  /** Sets up bridges and interfaces, and kernel settings of interfaces under /proc/sys. */
  chassis: {
    ProtectKernelTunables: 'no',
    CapabilityBoundingSet: 'CAP_NET_ADMIN CAP_DAC_OVERRIDE',
    RestrictAddressFamilies: 'AF_UNIX AF_NETLINK AF_INET AF_INET6',
  },
  /** Watches interfaces, reads /proc/net, and sets taps up. */
  taps: {
    CapabilityBoundingSet: 'CAP_NET_ADMIN CAP_DAC_OVERRIDE',
    RestrictAddressFamilies: 'AF_UNIX AF_NETLINK AF_INET AF_INET6',
  },
  /** Loads the ruleset, early in the boot. */
  firewall: {
    CapabilityBoundingSet: 'CAP_NET_ADMIN',
    RestrictAddressFamilies: 'AF_UNIX AF_NETLINK AF_INET AF_INET6',
  },
  /** Runs the command of a service (Python, whose foreign functions need memory that is written and executed). */
  purge: {
    ProtectProc: 'invisible',
    PrivateTmp: 'yes',
    // Logs stay readable for the group of their folder.
    UMask: '0027',
    MemoryDenyWriteExecute: 'no',
    RestrictAddressFamilies: 'AF_UNIX AF_NETLINK AF_INET AF_INET6',
  },
} satisfies Readonly<Record<string, Directives>>;

/** The lines of a unit's [Service] section that close it; `writable`: the paths that it may write to. */
export function sandbox(unit: keyof typeof OWN, writable: readonly string[] = []): string {
  const directives: Directives = {
    ...CLOSED,
    ...OWN[unit],
    // A path that is not there is no reason not to start.
    ...(writable.length > 0 && { ReadWritePaths: writable.map((path) => `-${path}`).join(' ') }),
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
