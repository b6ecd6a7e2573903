import {
  addressToNumber,
  formatNetwork,
  type Ipv4Network,
  numberToAddress,
  parseNetwork,
} from '../../cloud/ipv4.ts';

/** The /24 network of an address, as text. */
export function network24(address: number): string {
  return `${numberToAddress(address - (address % 256))}/24`;
}

/** The smallest network of at most /24 that holds all these addresses. */
export function networkOf(addresses: readonly number[]): Ipv4Network | undefined {
  const [first] = addresses;
  if (first === undefined) return undefined;
  let prefix = 24;
  const base = (address: number): number => Math.floor(address / 2 ** (32 - prefix));
  while (prefix > 8 && addresses.some((address) => base(address) !== base(first))) prefix -= 1;
  return parseNetwork(`${numberToAddress(base(first) * 2 ** (32 - prefix))}/${prefix}`);
}

/** The network `steps` places further on of the same size, e.g. two after 192.168.21.0/24 is 192.168.23.0/24. */
export function networkAfter(network: Ipv4Network, steps: number): string | undefined {
  const size = network.last - network.first + 1;
  const first = network.first + steps * size;
  if (first < 0 || first + size > 2 ** 32) return undefined;
  return `${numberToAddress(first)}/${network.prefix}`;
}

/** A network as written, normalised; nothing where it is none. `10.0.0.0/255.255.255.0` is understood too. */
export function readNetwork(text: string): string | undefined {
  const masked = /^([\d.]+)\/([\d.]+\.[\d.]+)$/.exec(text.trim());
  if (!masked?.[1] || !masked[2]) {
    const plain = parseNetwork(text.trim());
    return plain && formatNetwork(plain);
  }
  const mask = addressToNumber(masked[2]);
  if (mask === undefined) return undefined;
  const prefix = 32 - Math.log2(2 ** 32 - mask);
  const network = Number.isInteger(prefix) ? parseNetwork(`${masked[1]}/${prefix}`) : undefined;
  return network && formatNetwork(network);
}
