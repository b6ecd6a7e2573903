import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The name under which ssh has just added a key to known_hosts, from its messages; undefined for a known key. */
export function addedName(messages: string): string | undefined {
  return /Permanently added '([^']+)' .* to the list of known hosts/.exec(messages)?.[1];
}

/** The files that hold known host keys, from the output of `ssh -G`. */
export function knownHostsFiles(effective: string): readonly string[] {
  const line = /^userknownhostsfile (.+)$/m.exec(effective)?.[1] ?? '';
  return line.split(' ').filter((file) => file !== '' && file !== '/dev/null');
}

/**
 * The fingerprint of a key that was just added, e.g. `SHA256:…`. With `StrictHostKeyChecking accept-new` the client
 * does not print it, so it is read from the file.
 */
export async function addedFingerprint(
  configFile: string,
  address: string,
  name: string,
): Promise<string | undefined> {
  try {
    const effective = await execute('ssh', ['-F', configFile, '-G', '--', address]);
    for (const file of knownHostsFiles(effective.stdout)) {
      const found = await execute('ssh-keygen', ['-l', '-F', name, '-f', file]).catch(() => undefined);
      const fingerprint = /SHA256:\S+/.exec(found?.stdout ?? '')?.[0];
      if (fingerprint) return fingerprint;
    }
  } catch {
    // The contact is then reported without the fingerprint.
  }
  return undefined;
}
