/** A socket that takes connections, or datagrams of anybody. */
export interface Socket {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0`, `*` and `::` stand for every address. */
  readonly address: string;
  readonly port: number;
  /** Empty where the kernel itself has it. */
  readonly process: string;
}

/** Prints the listening sockets, and the ports that clients are given, for `socketsOf`. */
export const READ_SOCKETS = [
  "sed 's/^/range /' /proc/sys/net/ipv4/ip_local_port_range",
  'ss -Hltunp || exit 1',
].join('\n');

const EVERY_ADDRESS = new Set(['0.0.0.0', '*', '::']);

/** What `READ_SOCKETS` printed. UDP sockets with a port for clients are left out: those of clients look the same. */
export function socketsOf(lines: readonly string[]): readonly Socket[] {
  const [, low = 32_768, high = 60_999] =
    lines
      .find((line) => line.startsWith('range '))
      ?.split(/\s+/)
      .map(Number) ?? [];
  const sockets: Socket[] = [];
  for (const line of lines) {
    // Network, state, queues, local address, address of the peer, processes.
    const [protocol, , , , local = '', , users = ''] = line.split(/\s+/);
    if (protocol !== 'tcp' && protocol !== 'udp') continue;
    const colon = local.lastIndexOf(':');
    const port = Number(local.slice(colon + 1));
    if (protocol === 'udp' && port >= low && port <= high) continue;
    const address = local
      .slice(0, colon)
      .replace(/^\[(.*)\]/, '$1')
      .replace(/%.*$/, '');
    const process = /"([^"]*)"/.exec(users)?.[1] ?? '';
    sockets.push({ protocol, address, port, process });
  }
  return sockets;
}

export function isLoopback({ address }: Pick<Socket, 'address'>): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** Whether the socket is asked by whoever asks for this address of the host. */
export function answersAt({ address }: Pick<Socket, 'address'>, wanted: string): boolean {
  return EVERY_ADDRESS.has(address) || address === wanted || address === `::ffff:${wanted}`;
}

/** `3306`, or `49152-49215`. */
export function holdsPort(range: string, port: number): boolean {
  const [first, last = first] = range.split('-').map(Number);
  return first !== undefined && last !== undefined && port >= first && port <= last;
}
