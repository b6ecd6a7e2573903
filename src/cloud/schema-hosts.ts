import * as z from 'zod';
import { roleNames } from './roles.ts';
import {
  address,
  cidr,
  device,
  hostOrAddress,
  interfaceName,
  mtu,
  reservedMemory,
  sshFilePath,
} from './schema-parts.ts';

const usualInterface = interfaceName.describe(
  'Interface of the hosts in this network; a host may set another under `interfaces`.',
);
const mtuField = mtu.default(1500).describe('MTU of the network, in bytes.');

export const networksSchema = z
  .strictObject({
    service: z
      .strictObject({
        interface: usualInterface,
        cidr: cidr.describe('The network in CIDR notation, e.g. 192.168.20.0/24.'),
        vip: address
          .optional()
          .describe(
            'Free address of this network, held by a control host: the dashboard, the console and the APIs as seen by users.',
          ),
        mtu: mtuField,
      })
      .optional()
      .describe('Network from which users reach the dashboard and the APIs; optional.'),
    management: z
      .strictObject({
        interface: usualInterface,
        cidr: cidr.describe('The network in CIDR notation, e.g. 192.168.21.0/24.'),
        vip: address.describe(
          'Free address of this network, held by one control host at a time: the APIs and the database as seen by the hosts.',
        ),
        mtu: mtuField,
      })
      .describe('Network on which the hosts talk to one another.'),
    provider: z
      .strictObject({ interface: usualInterface, mtu: mtuField })
      .optional()
      .describe('Interface without an address, which becomes a port of the external bridge.'),
    overlay: z
      .strictObject({
        interface: usualInterface,
        cidr: cidr.describe('The network in CIDR notation, e.g. 192.168.23.0/24.'),
        mtu: mtuField,
      })
      .nullish()
      .describe('Carries tenant networks between hosts; null for provider networks only, without routers.'),
    storage: z
      .strictObject({
        interface: usualInterface,
        cidr: cidr.describe('The network in CIDR notation, e.g. 192.168.24.0/24.'),
        mtu: mtuField,
      })
      .optional()
      .describe('Carries storage traffic. Default: the management network does.'),
  })
  .describe('The five networks of the cloud.');

const hostInterface = interfaceName.nullable().optional();

export const hostSchema = z
  .strictObject({
    address: address.describe(
      'Address of the host in the management network; that of the first host of a range.',
    ),
    addresses: z
      .strictObject({
        service: address.optional().describe('Address in the service network.'),
        overlay: address.optional().describe('Address in the overlay network.'),
        storage: address.optional().describe('Address in the storage network.'),
      })
      .prefault({})
      .describe('Addresses in further networks. Default: the host part of `address` in that network.'),
    roles: z
      .array(z.enum(roleNames))
      .min(1)
      .describe(
        'What the host does. `storage` is short for mon, mgr, osd and rgw. If no host has the role network, the control hosts have it.',
      ),
    interfaces: z
      .strictObject({
        service: hostInterface.describe('Interface in the service network; null: not in it.'),
        management: interfaceName.optional().describe('Interface in the management network.'),
        provider: hostInterface.describe('Interface in the provider network; null: not in it.'),
        overlay: hostInterface.describe('Interface in the overlay network; null: not in it.'),
        storage: hostInterface.describe('Interface in the storage network; null: not in it.'),
      })
      .prefault({})
      .describe('Interfaces of this host that differ from those under `networks`.'),
    devices: z
      .array(device)
      .default([])
      .describe('Devices for OSDs: whole block devices, or for a trial sparse files as file:/path:SIZE.'),
    reserved_memory_mib: reservedMemory
      .optional()
      .describe('Memory of this host kept from instances, in MiB; see `compute.reserved_memory_mib`.'),
    ssh_address: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9._:[\]-]{0,251}[A-Za-z0-9\]])?$/, { error: 'a host name or an address' })
      .optional()
      .describe('Where ssh goes; default: the management address.'),
  })
  .describe('One host, or a range of hosts that count up from the given addresses.');

export const sshSchema = z
  .strictObject({
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_.-]{0,31}$/, { error: 'a user name of the hosts' })
      .default('root')
      .describe('User to log in as.'),
    port: z.int().min(1).max(65535).default(22).describe('Port of sshd.'),
    config: sshFilePath
      .optional()
      .describe('An ssh_config file to use instead of the user’s own; relative to the folder of this file.'),
    key: sshFilePath
      .optional()
      .describe('Private key to log in with; relative to the folder of this file, ~ is the home folder.'),
    sudo: z
      .boolean()
      .optional()
      .describe('Whether sudo is used on the hosts. Default: yes, except for root.'),
  })
  .describe('How the hosts are reached. A password goes in the vault as ssh_password.');

export const timeSchema = z
  .strictObject({
    servers: z
      .array(hostOrAddress)
      .default([])
      .describe('Time servers. Default: the control hosts serve time to the other hosts.'),
  })
  .describe('Where the hosts get the time from.');
