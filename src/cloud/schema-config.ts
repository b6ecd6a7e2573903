import * as z from 'zod';
import { roleNames } from './roles.ts';

/** A line break in a value would start another option of the file. */
const oneLine = z.string().regex(/^[^\0\r\n\v\f\u0085\u2028\u2029]*$/, { error: 'one line of text' });
const value = z.union([oneLine, z.number(), z.boolean(), z.null(), z.array(z.union([oneLine, z.number()]))]);

const optionName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}$/, { error: 'a name of an option' });
const sectionName = z.string().regex(/^[^\0\r\n[\]]{1,255}$/, { error: 'a name of a section' });

const file = z.record(
  sectionName,
  z
    .record(optionName, value.describe('Value of the option; a list repeats the option, null removes it.'))
    .describe('Options by name.'),
);
const service = z.record(z.string(), file.describe('Sections by name.')).describe('Files by name.');
const services = z.record(z.string(), service);

/** Options of services' configuration files that replace or add to what Cloudwright writes. */
export const configSchema = z
  .object({
    roles: z
      .strictObject(
        Object.fromEntries(
          roleNames.map((role) => [
            role,
            services.optional().describe(`Configuration of hosts with the role ${role}, by service.`),
          ]),
        ) as Record<(typeof roleNames)[number], z.ZodOptional<typeof services>>,
      )
      .optional()
      .describe('Configuration of hosts with a role.'),
    hosts: z
      .record(z.string(), services.describe('Configuration of one host, or of a range of hosts, by service.'))
      .optional()
      .describe('Configuration of single hosts.'),
  })
  .catchall(service)
  .describe('Options of configuration files: by service, file, section and option.');
