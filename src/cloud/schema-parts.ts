import * as z from 'zod';

/** Linux allows 15 bytes, no slash, no white space; a colon marks an alias. */
export const interfaceName = z.string().regex(/^(?!\.{1,2}$)[^\s/:]{1,15}$/, {
  error: 'an interface name: 1 to 15 characters without space, slash or colon',
});

export const address = z.ipv4();
export const cidr = z.cidrv4();

/** A host name or an address, as in a time server or an ssh target. */
export const hostOrAddress = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/, { error: 'a host name or an address' });

export const httpAddress = z.string().regex(/^https?:\/\/[^\s/@]+(\/\S*)?$/, {
  error: 'an address that starts with http:// or https://, without user and password',
});

export const mtu = z.int().min(576).max(9216);

export const reservedMemory = z.int().min(0).max(1048576);

export const filePath = z.string().regex(/^[^\0\r\n]{1,4096}$/, { error: 'a path' });

export const shortName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/, {
  error: 'a name: a letter, then letters, digits, `_`, `.` or `-`, at most 63',
});

/** `/dev/sdb`, or a sparse file of a trial with its size: `file:/var/lib/cloudwright/osd0.img:20G`. */
export const device = z.string().regex(/^(\/dev\/[A-Za-z0-9_./:+-]+|file:\/[^\s:]+:[1-9]\d{0,5}[MGT])$/, {
  error: 'a block device such as /dev/sdb, or file:/path:20G for a trial',
});
