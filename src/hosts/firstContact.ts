import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The name under which ssh remembered a key just now, from what it said; undefined when it knew the key already. */
export function addedName(said: string): string | undefined {
  return /Permanently added '([^']+)' .* to the list of known hosts/.exec(said)?.[1];
}

/** The files that a host's keys are looked up in, from the output of `ssh -G`. */
export function knownHostsFiles(effective: string): readonly string[] {
  const line = /^userknownhostsfile (.+)$/m.exec(effective)?.[1] ?? '';
  return line.split(' ').filter((file) => file !== '' && file !== '/dev/null');
}

/**
 * The fingerprint of a key that was just remembered, e.g. `SHA256:…`. The client does not print it with
 * `StrictHostKeyChecking accept-new`, so it is read back from where the client wrote it.
 */
export async function rememberedFingerprint(
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
    // The contact is stated without the fingerprint then.
  }
  return undefined;
}
