import type { ImportHints } from '../app/contracts.ts';
import { fail } from '../errors/problem.ts';
import type { Input, OptionSpec } from './command.ts';

/** Values that the files may lack; each that is left out is assumed, and the report says so. */
export const hintOptions: readonly OptionSpec[] = [
  { name: 'cloud', value: 'NAME', summary: 'name of the cloud' },
  { name: 'vip', value: 'ADDRESS', summary: 'unused address of the management network for the APIs' },
  { name: 'management-cidr', value: 'CIDR', summary: 'the management network' },
  { name: 'management-interface', value: 'NAME', summary: 'interface of the hosts in it' },
  { name: 'provider-interface', value: 'NAME', summary: 'interface without an address, for instances' },
  { name: 'overlay-interface', value: 'NAME', summary: 'interface of the overlay network' },
  { name: 'overlay-cidr', value: 'CIDR', summary: 'the overlay network' },
  { name: 'service-cidr', value: 'CIDR', summary: 'the service network' },
  { name: 'storage-cidr', value: 'CIDR', summary: 'the storage network' },
  {
    name: 'ssh-config',
    value: 'FILE',
    summary: 'an ssh_config to use instead of your own',
    completes: 'file',
  },
  {
    name: 'address',
    value: 'HOST=ADDRESS',
    summary: 'address of a host that the files name without one',
    many: true,
  },
  { name: 'device', value: 'DEVICE', summary: 'a device for an OSD on each storage host', many: true },
];

export function hintsOf(input: Input): ImportHints {
  const texts = [
    ['cloud', 'cloud'],
    ['vip', 'vip'],
    ['management-cidr', 'managementCidr'],
    ['management-interface', 'managementInterface'],
    ['provider-interface', 'providerInterface'],
    ['overlay-interface', 'overlayInterface'],
    ['overlay-cidr', 'overlayCidr'],
    ['ssh-config', 'sshConfig'],
    ['service-cidr', 'serviceCidr'],
    ['storage-cidr', 'storageCidr'],
  ] as const;
  const hints: { -readonly [Key in keyof ImportHints]: ImportHints[Key] } = {};
  for (const [option, key] of texts) {
    const value = input.option(option);
    if (value !== undefined) hints[key] = value;
  }
  const devices = input.options('device');
  const addresses = Object.fromEntries(input.options('address').map(hostAddress));
  return {
    ...hints,
    ...(devices.length > 0 && { devices }),
    ...(Object.keys(addresses).length > 0 && { addresses }),
  };
}

function hostAddress(pair: string): readonly [string, string] {
  const [, host, address] = /^([^=]+)=([^=]+)$/.exec(pair) ?? [];
  if (host !== undefined && address !== undefined) return [host, address];
  return fail('CLI_OPTION_VALUE_INVALID', {
    details: { option: '--address', value: pair, allowed: 'HOST=ADDRESS', command: 'cloudwright import' },
  });
}
