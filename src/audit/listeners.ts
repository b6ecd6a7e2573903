import type { Cloud, Host, NetworkName } from '../cloud/cloud.ts';
import type { Listener } from '../cloud/listeners.ts';
import { answersAt, holdsPort, isLoopback, READ_SOCKETS, type Socket, socketsOf } from './sockets.ts';
import { END, type Found, type Inspection, inspection } from './verdict.ts';

/** Where something of the cloud may listen. */
interface Place {
  readonly title: string;
  readonly protocol: Listener['protocol'];
  readonly ports: readonly string[];
  /** Undefined: at any address of the host. */
  readonly addresses: readonly string[] | undefined;
}

/** Every socket that is open beyond loopback belongs to something that the definitions or the description name. */
export function listenersInspection(cloud: Cloud, host: Host, listeners: readonly Listener[]): Inspection {
  const places = placesOf(cloud, host, listeners);
  return inspection({
    topic: 'listeners',
    title: 'every listening socket is described',
    host,
    script: `${READ_SOCKETS}\necho ${END}`,
    find(lines) {
      const sockets = socketsOf(lines);
      // The audit came in by ssh.
      if (!sockets.some(({ protocol }) => protocol === 'tcp')) return { found: [unread], else: '' };
      const open = sockets.filter((socket) => !isLoopback(socket));
      return {
        found: [...new Map(open.flatMap((socket) => stray(socket, places)))].map(([, found]) => found),
        else: `${open.length} sockets beyond loopback, all described`,
      };
    },
  });
}

const unread: Found = {
  state: 'fail',
  what: 'ss shows no listening socket, not even of sshd',
  next: 'Run ss -ltunp as root on the host.',
};

/** At most one finding, by what it says: processes often have a socket for each of their threads. */
function stray(socket: Socket, places: readonly Place[]): readonly (readonly [string, Found])[] {
  const { protocol, port, address, process } = socket;
  const named = places.filter(
    (place) => place.protocol === protocol && place.ports.some((range) => holdsPort(range, port)),
  );
  const fits = ({ addresses }: Place): boolean =>
    addresses === undefined || addresses.some((one) => answersAt(socket, one));
  if (named.some(fits)) return [];
  const who = process === '' ? 'the kernel' : process;
  const [first] = named;
  const what = first
    ? `${who} listens on ${address} port ${port} ${protocol}; ${first.title} belongs to ${first.addresses?.join(' and ')}`
    : `${who} listens on ${address} port ${port} ${protocol}, which no definition names`;
  const next = `Stop ${who}, bind it to loopback, or name the port under firewall.allow in the description.`;
  return [[what, { state: 'fail', what, next }]];
}

function placesOf(cloud: Cloud, host: Host, listeners: readonly Listener[]): readonly Place[] {
  const own = listeners
    .filter((listener) => listener.on(cloud).includes(host))
    .flatMap(({ title, protocol, ports, network, virtual }): Place[] => {
      // haproxy passes some connections on, at the virtual address as well.
      const own = virtual ? undefined : addressOn(host, network);
      const shared = host.roles.has('control') ? cloud.networks[network]?.vip : undefined;
      const addresses = [own, shared].filter((address) => address !== undefined);
      return addresses.length === 0 ? [] : [{ title, protocol, ports, addresses }];
    });
  const allowed = cloud.firewall.allow
    .filter(({ roles }) => roles === undefined || roles.some((role) => host.roles.has(role)))
    .map(({ protocol, ports }): Place => ({ title: 'allowed', protocol, ports, addresses: undefined }));
  return [
    ...own,
    ...allowed,
    { title: 'ssh', protocol: 'tcp', ports: [String(cloud.ssh.port)], addresses: undefined },
    // Clients that ask for addresses, over IPv4 and IPv6.
    { title: 'DHCP', protocol: 'udp', ports: ['68', '546'], addresses: undefined },
  ];
}

/** A host that is not in the storage network has its storage traffic in the management network. */
function addressOn(host: Host, network: NetworkName): string | undefined {
  const own = host.addresses[network];
  return network === 'storage' ? (own ?? host.addresses.management) : own;
}
