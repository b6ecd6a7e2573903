import type { OptionSpec } from './command.ts';

/** The flags of `init`; each answers one question. */
export const initOptions: readonly OptionSpec[] = [
  { name: 'multi-node', summary: 'several hosts instead of all on one' },
  { name: 'name', value: 'NAME', summary: 'name of the cloud' },
  { name: 'trial', summary: 'lower the minimum sizes and keep OSDs in files' },
  { name: 'management-cidr', value: 'CIDR', summary: 'the management network' },
  { name: 'vip', value: 'ADDRESS', summary: 'unused address of the management network for the APIs' },
  { name: 'service-cidr', value: 'CIDR', summary: 'the network of the users' },
  { name: 'service-vip', value: 'ADDRESS', summary: 'unused address of it for the dashboard and the APIs' },
  { name: 'overlay-cidr', value: 'CIDR', summary: 'the network that carries tenant networks, or `none`' },
  { name: 'storage-cidr', value: 'CIDR', summary: 'the storage network' },
  {
    name: 'interface',
    value: 'NETWORK=NAME',
    summary: 'interface of a network, as management=eth1',
    many: true,
  },
  { name: 'control', value: 'ADDRESS[,COUNT]', summary: 'first control host, and the number of hosts' },
  { name: 'compute', value: 'ADDRESS[,COUNT]', summary: 'the same for compute hosts' },
  { name: 'storage', value: 'ADDRESS[,COUNT]', summary: 'the same for storage hosts' },
  { name: 'device', value: 'DEVICE', summary: 'a device for an OSD on each storage host', many: true },
  { name: 'ssh-user', value: 'USER', summary: 'login user on the hosts' },
  { name: 'ssh-key', value: 'FILE', summary: 'private key for it', completes: 'file' },
  {
    name: 'ssh-config',
    value: 'FILE',
    summary: 'an ssh_config to use instead of your own',
    completes: 'file',
  },
  { name: 'time-server', value: 'NAME', summary: 'a time server', many: true },
  { name: 'mirror', value: 'URL', summary: 'Debian mirror of the hosts' },
  { name: 'proxy', value: 'URL', summary: 'HTTP proxy for fetching packages' },
];
