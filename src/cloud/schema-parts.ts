import * as z from 'zod';

/** Linux allows more in 15 bytes; no distribution uses it, and Open vSwitch and systemd give some of it a meaning. */
export const interfaceName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}$/, {
  error:
    'an interface name: 1 to 15 letters, digits, `_`, `.`, `-` or `@`, of which the first is a letter, a digit or `_`',
});

export const address = z.ipv4();
export const cidr = z.cidrv4();

/** A host name or an address, as in a time server or an ssh target. */
export const hostOrAddress = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/, { error: 'a host name or an address' });

/** It ends up in apt's configuration, where quotes, semicolons and braces are syntax. */
export const httpAddress = z
  .string()
  .regex(
    /^https?:\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(:\d{1,5})?(\/[A-Za-z0-9._~:/%+,=@-]*)?$/,
    {
      error:
        'an address that starts with http:// or https://, without user and password, quotes or other signs with a meaning to apt',
    },
  );

export const mtu = z.int().min(576).max(9216);

export const reservedMemory = z.int().min(0).max(1048576);

export const filePath = z.string().regex(/^[^\0\r\n]{1,4096}$/, { error: 'a path' });

/** Written between double quotes into a configuration for ssh, which knows no way to write a quote there. */
export const sshFilePath = z.string().regex(/^[^\0-\x1f\x7f"\\]{1,4096}$/, {
  error: 'a path without double quotes, backslashes and control characters',
});

export const shortName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/, {
  error: 'a name: a letter, then letters, digits, `_`, `.` or `-`, at most 63',
});

/** `/dev/sdb`, or a sparse file of a trial with its size: `file:/var/lib/cloudwright/osd0.img:20G`. */
export const device = z
  .string()
  .regex(/^(?!.*\/\.\.?(\/|:|$))(\/dev\/[A-Za-z0-9_./:+-]+|file:\/[A-Za-z0-9_./+-]+:[1-9]\d{0,5}[MGT])$/, {
    error:
      'a block device such as /dev/sdb, or file:/path:20G for a trial, in letters, digits and `_./+-`, without `..`',
  });
