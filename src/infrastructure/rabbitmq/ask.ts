import { certificatePaths } from '../../cloud/certificates.ts';
import { ports } from '../../cloud/ports.ts';
import type { ShellValue } from '../../resources/program.ts';

/** The parameters of `ask.sh`: `user` is the broker's, and `data` its home directory. */
export function askParameters(user: string, data: string): Readonly<Record<string, ShellValue>> {
  const { authority, certificate, key } = certificatePaths('messaging');
  return { user, data, authority, certificate, key, port: ports.messagingMembers };
}
