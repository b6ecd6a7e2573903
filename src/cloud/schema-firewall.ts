import * as z from 'zod';
import { roleNames } from './roles.ts';
import { cidr } from './schema-parts.ts';

const port = z.union([
  z.int().min(1).max(65535),
  z.string().regex(/^\d{1,5}-\d{1,5}$/, { error: 'a port, or a range such as "9100-9110"' }),
]);

const allowSchema = z.strictObject({
  ports: z.array(port).min(1).describe('Ports, or ranges such as "9100-9110".'),
  protocol: z.enum(['tcp', 'udp']).default('tcp').describe('Transport protocol.'),
  network: z
    .enum(['service', 'management', 'overlay', 'storage', 'any'])
    .default('management')
    .describe('Network through which it comes in; any: through every interface.'),
  from: z
    .array(cidr)
    .min(1)
    .optional()
    .describe('Networks in CIDR notation that may ask. Default: the addresses of the network.'),
  roles: z.array(z.enum(roleNames)).min(1).optional().describe('Only on hosts with one of these roles.'),
});

/** What may come in to the hosts beside what the cloud needs. */
export const firewallSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether the hosts drop what the cloud does not need; false: another firewall does that.'),
    ssh: z
      .array(cidr)
      .min(1)
      .optional()
      .describe('Networks in CIDR notation from which ssh may come. Default: anywhere.'),
    allow: z.array(allowSchema).default([]).describe('What else may come in: monitoring, backup.'),
  })
  .describe('Firewall of the hosts.');
