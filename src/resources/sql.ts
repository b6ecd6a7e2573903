import { createHash } from 'node:crypto';
import { Confidential, reveal, type Text } from '../secrets/confidential.ts';

/** A string literal of MariaDB; needs backslash escapes on, as they are unless NO_BACKSLASH_ESCAPES is set. */
export function sqlString(value: string): string {
  const escaped = value.replace(/[\0\n\r\x1a'\\]/g, (character) => ESCAPES[character] ?? '');
  return `'${escaped}'`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\x1a': '\\Z',
  "'": "''",
  '\\': '\\\\',
};

/** A quoted name of a database, table or column. */
export function sqlName(name: string): string {
  return `\`${name.replaceAll('\0', '').replaceAll('`', '``')}\``;
}

/** `'user'@'host'` */
export function sqlAccount(user: string, from: string): string {
  return `${sqlString(user)}@${sqlString(from)}`;
}

/**
 * What mysql_native_password stores: `*` and SHA-1 of SHA-1 of the password, in hexadecimal. Made here, so that
 * the password itself goes to no host for this, and into no query log.
 */
export function passwordHash(password: Text): Text {
  const inner = createHash('sha1').update(reveal(password), 'utf8').digest();
  const hash = `*${createHash('sha1').update(inner).digest('hex').toUpperCase()}`;
  return new Confidential(hash);
}
