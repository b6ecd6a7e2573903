/** An IPv4 network as numbers: `first` is its network address, `last` its broadcast address. */
export interface Ipv4Network {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** The 32-bit value of a dotted address; nothing when it is not one (leading zeros are refused, as they may mean octal). */
export function addressToNumber(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** The dotted form of a 32-bit value. */
export function numberToAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** Reads `192.168.21.0/24`; host bits are dropped. */
export function parseNetwork(text: string): Ipv4Network | undefined {
  const [address, prefixText, ...rest] = text.split('/');
  if (address === undefined || prefixText === undefined || rest.length > 0) return undefined;
  if (!/^(0|[1-9]\d?)$/.test(prefixText) || Number(prefixText) > 32) return undefined;
  const value = addressToNumber(address);
  if (value === undefined) return undefined;
  const prefix = Number(prefixText);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1, prefix };
}

/** The network with its first address, e.g. `192.168.21.0/24`. */
export function formatNetwork(network: Ipv4Network): string {
  return `${numberToAddress(network.first)}/${network.prefix}`;
}

export function holds(network: Ipv4Network, address: number): boolean {
  return address >= network.first && address <= network.last;
}

export function overlap(a: Ipv4Network, b: Ipv4Network): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Networks of hosts have from 6 to 16 million addresses; others are mistakes, and further problems with them are noise. */
export function sensibleSize(network: Ipv4Network): boolean {
  return network.prefix >= 8 && network.prefix <= 29;
}

/** Why an address can't belong to a host at all, or nothing (RFC 6890's special blocks that matter here). */
export function unusableKind(address: number): string | undefined {
  const firstOctet = Math.floor(address / 2 ** 24);
  if (firstOctet === 0) return 'nameless';
  if (firstOctet === 127) return 'loopback';
  if (firstOctet >= 224 && firstOctet < 240) return 'multicast';
  if (firstOctet >= 240) return 'reserved';
  return undefined;
}
