import * as z from 'zod';
import { apiSchema } from './schema-api.ts';
import { configSchema } from './schema-config.ts';
import { firewallSchema } from './schema-firewall.ts';
import { hostSchema, networksSchema, sshSchema, timeSchema } from './schema-hosts.ts';
import { identitySchema } from './schema-identity.ts';
import { shortName } from './schema-parts.ts';
import {
  computeSchema,
  haSchema,
  minimumsSchema,
  networkSchema,
  packagesSchema,
  servicesSchema,
  storageSchema,
  testSchema,
} from './schema-services.ts';

/**
 * The one schema of `cloud.yaml`. The published JSON Schema is generated from it. It checks
 * single values; `rules/` checks how values fit together.
 */
export const descriptionSchema = z
  .strictObject({
    cloud: z
      .string()
      .regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, {
        error: 'a name: a small letter, then small letters, digits or hyphens, at most 32',
      })
      .describe('Name of the cloud.'),
    release: z.enum(['2025.1']).default('2025.1').describe('OpenStack release.'),
    region: shortName.default('RegionOne').describe('Name of the region in the service catalogue.'),
    ssh: sshSchema.prefault({}),
    networks: networksSchema,
    hosts: z
      .record(z.string(), hostSchema)
      .describe('Hosts by name; a name may be a range such as storage[1:3].'),
    time: timeSchema.prefault({}),
    packages: packagesSchema.prefault({}),
    firewall: firewallSchema.prefault({}),
    ha: haSchema.prefault({}),
    storage: storageSchema.prefault({}),
    network: networkSchema.prefault({}),
    compute: computeSchema.prefault({}),
    services: servicesSchema.prefault({}),
    dashboard: z
      .strictObject({
        port: z
          .int()
          .min(1)
          .max(65535)
          .default(31000)
          .describe('HTTPS port of the dashboard on the virtual address.'),
      })
      .prefault({})
      .describe('Dashboard.'),
    api: apiSchema.prefault({}),
    identity: identitySchema.prefault({}),
    volume: z
      .strictObject({ backup: z.boolean().default(false).describe('Whether volumes can be backed up.') })
      .prefault({})
      .describe('Volume service.'),
    object_store: z
      .strictObject({
        user: z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, {
            error: 'a user name: a letter, then letters, digits, `_` or `-`',
          })
          .default('cloudpc')
          .describe('Name of the object-store user.'),
      })
      .prefault({})
      .describe('Object store.'),
    minimums: minimumsSchema.prefault({}),
    clock_tolerance: z
      .number()
      .min(0.1)
      .max(3600)
      .default(60)
      .describe('Greatest time difference between a host and the machine that deploys, in seconds.'),
    config: configSchema.prefault({}),
    test: testSchema.prefault({}),
  })
  .describe('A cloud for Cloudwright: hosts, networks and variables.');

export type Description = z.output<typeof descriptionSchema>;
export type HostDescription = z.output<typeof hostSchema>;

/** The published JSON Schema (draft 2020-12), from which an editor completes `cloud.yaml`. */
export function descriptionJsonSchema(): Record<string, unknown> {
  const generated = z.toJSONSchema(descriptionSchema, { io: 'input', target: 'draft-2020-12' });
  const { $schema, ...rest } = generated;
  return { $schema, title: 'Cloudwright description', ...rest } as Record<string, unknown>;
}
