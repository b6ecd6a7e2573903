import * as z from 'zod';
import {
  address,
  cidr,
  filePath,
  httpAddress,
  interfaceName,
  reservedMemory,
  shortName,
} from './schema-parts.ts';
import { optionalServices } from './services.ts';

export const backendTypes = [
  'ceph',
  'netapp',
  'powerflex',
  'hitachi',
  'primera',
  'lvm',
  'purestorage',
  'powerstore',
  'nfs',
] as const;

export const packagesSchema = z
  .strictObject({
    mirror: httpAddress
      .optional()
      .describe('Debian mirror of the hosts. Default: their package sources are not changed.'),
    security_mirror: httpAddress.optional().describe('Mirror of the security updates.'),
    proxy: httpAddress.optional().describe('HTTP proxy for fetching packages.'),
  })
  .describe('Where the hosts get packages from.');

const seconds = z.int().min(1).max(60);
const count = z.int().min(1).max(20);

export const haSchema = z
  .strictObject({
    level: z
      .enum(['moderato', 'allegro', 'vivace'])
      .default('moderato')
      .describe('How fast a dead host or service is detected; vivace is fastest.'),
    interval: seconds
      .optional()
      .describe('Seconds between two checks of a service. Default: that of the level.'),
    timeout: seconds.optional().describe('Seconds after which a check has failed.'),
    rise: count.optional().describe('Successful checks in a row until a service counts as up.'),
    fall: count.optional().describe('Failed checks in a row until a service counts as down.'),
    virtual_router_id: z
      .int()
      .min(1)
      .max(255)
      .default(51)
      .describe('VRRP id on the management network; each cloud on one network needs its own.'),
  })
  .describe('High availability of the virtual address and the services.');

export const storageSchema = z
  .strictObject({
    backends: z
      .array(
        z.union([
          z.enum(backendTypes),
          z.looseObject({
            type: z.enum(backendTypes).describe('Kind of storage.'),
            name: shortName
              .optional()
              .describe('Cinder backend and volume type. Default: the name of the kind.'),
          }),
        ]),
      )
      .min(1)
      .default(['ceph'])
      .describe('Storage backends; the first is the default for images, volumes and disks of instances.'),
    ceph: z
      .strictObject({
        pool_size: z
          .int()
          .min(1)
          .max(10)
          .optional()
          .describe('Copies of each object. Default: 3, or the number of hosts with OSDs if smaller.'),
        pool_min_size: z
          .int()
          .min(1)
          .max(10)
          .optional()
          .describe('Copies that are needed for writes. Default: one less than the size, at least 1.'),
        pg_num: z
          .int()
          .min(1)
          .max(32768)
          .optional()
          .describe('Placement groups of each pool; by default computed from the number of OSDs.'),
        osd_memory: z
          .string()
          .regex(/^[1-9]\d{0,6}[MG]$/, { error: 'a size such as 900M or 4G' })
          .optional()
          .describe('Memory target of each OSD. Default: 4G, or 1G where OSDs are in files.'),
      })
      .prefault({})
      .describe('Settings of the Ceph cluster.'),
  })
  .describe('Storage of images, volumes and instances.');

export const networkSchema = z
  .strictObject({
    mechanism: z
      .enum(['ovn', 'openvswitch', 'linuxbridge'])
      .default('ovn')
      .describe('Mechanism driver of Neutron’s ML2.'),
    datapath: z
      .enum(['auto', 'kernel', 'userspace'])
      .default('auto')
      .describe('Open vSwitch datapath; auto: kernel where the hosts have the module.'),
    tenant_types: z
      .array(z.enum(['geneve', 'vxlan', 'vlan']))
      .optional()
      .describe(
        'Types of tenant networks, the first is the default; geneve where there is an overlay network.',
      ),
    physical_networks: z
      .array(
        z.strictObject({
          name: shortName.describe('Neutron’s name of the physical network.'),
          bridge: interfaceName.default('br-ex').describe('Bridge that leads to it.'),
          interface: interfaceName
            .optional()
            .describe('Port of the bridge. Default: the provider interface of the host.'),
          vlans: z
            .array(
              z
                .string()
                .regex(/^\d{1,4}(:\d{1,4})?$/, { error: 'a VLAN number or a range such as "100:199"' }),
            )
            .default([])
            .describe('VLAN numbers usable on it; none: flat only.'),
        }),
      )
      .optional()
      .describe('Physical networks that instances can use. Default: one called external on br-ex.'),
  })
  .describe('Networking of instances.');

const ratio = z.number().min(0.1).max(64);

export const computeSchema = z
  .strictObject({
    virtualization: z
      .enum(['auto', 'kvm', 'qemu'])
      .default('auto')
      .describe('auto: kvm where the host has /dev/kvm.'),
    cpu_ratio: ratio.default(4).describe('Virtual CPUs for each physical one.'),
    memory_ratio: ratio.default(1).describe('Virtual memory for each byte of physical memory.'),
    disk_ratio: ratio.default(1).describe('Virtual disk for each byte of physical disk.'),
    reserved_memory_mib: reservedMemory
      .optional()
      .describe(
        'Memory of each compute host kept from instances, in MiB. Default: 512, half of the least memory of a control host on control hosts, and the memory of each OSD.',
      ),
  })
  .describe('Compute hosts.');

export const servicesSchema = z
  .strictObject(
    Object.fromEntries(
      optionalServices.map((service) => {
        const wanted = z.boolean();
        const schema = service.default === 'when-rgw' ? wanted.optional() : wanted.default(service.default);
        return [service.name, schema.describe(service.summary)];
      }),
    ) as Record<string, z.ZodType<boolean | undefined, boolean | undefined>>,
  )
  .describe('Services beyond identity, image, placement, compute, network and volume.');

const sizes = (what: string) =>
  z
    .strictObject({
      cpus: z.int().min(1).max(4096).optional().describe('Processors.'),
      memory_gib: z.number().min(0).max(65536).optional().describe('Memory in GiB.'),
      disk_gib: z.number().min(0).max(1048576).optional().describe('Root file system in GiB.'),
      device_gib: z.number().min(0).max(1048576).optional().describe('Each OSD device in GiB.'),
    })
    .optional()
    .describe(`Minimum size of a host with the role ${what}.`);

export const minimumsSchema = z
  .strictObject({
    control: sizes('control'),
    network: sizes('network'),
    compute: sizes('compute'),
    storage: sizes('mon, mgr, osd or rgw'),
    mon: sizes('mon'),
    mgr: sizes('mgr'),
    osd: sizes('osd'),
    rgw: sizes('rgw'),
  })
  .describe('Minimum sizes, checked on the real hosts; a trial may lower them.');

export const testSchema = z
  .strictObject({
    image: filePath
      .optional()
      .describe('Image file of the test instance. Default: a tiny guest image is built.'),
    provider_cidr: cidr.optional().describe('Network behind the provider interface that the test may use.'),
    provider_gateway: address.optional().describe('Its gateway.'),
    first_address: address.optional().describe('First address that the test may use.'),
    last_address: address.optional().describe('Last address that the test may use.'),
    vantage: z
      .union([
        z.literal('local'),
        z.strictObject({ host: z.string().describe('A host of this description.') }),
        z.strictObject({ netns: shortName.describe('A network namespace of this machine.') }),
      ])
      .default('local')
      .describe('Where the test connects to the instance from.'),
  })
  .describe('Acceptance test.');
