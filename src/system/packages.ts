import { chmod, rm, writeFile } from 'node:fs/promises';
import { fail } from '../errors/problem.ts';
import { attempt, type Report } from './command.ts';
import { fileExists, textOf } from './files.ts';
import { lastLines } from './text.ts';

const POLICY = '/usr/sbin/policy-rc.d';
/** Marks the policy file as ours, so that one left by a crash is recognised. */
const POLICY_TEXT = '#!/bin/sh\n# cloudwright: no daemon starts while packages are installed\nexit 101\n';

/** Refuses any other user than root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) fail('SYSTEM_NEEDS_ROOT');
}

/** The packages of the list that are not installed on this machine; all of them where dpkg is not installed. */
export async function missingPackages(packages: readonly string[]): Promise<string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these placeholders
  const query = await attempt('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    doing: 'see which packages this machine has',
  });
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/**
 * Installs the packages on this machine after reporting it; call it only where the operator has agreed to that. No
 * daemon of these packages is left running. Rejects with SYSTEM_PACKAGES.
 */
export async function ensurePackages(packages: readonly string[], report: Report): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  report(`installing on this machine with apt-get: ${missing.join(', ')}`);
  const options = { environment: { DEBIAN_FRONTEND: 'noninteractive' }, limitSeconds: 900 };
  const ours = await holdDaemons();
  try {
    await attempt('apt-get', ['update', '-q'], {
      ...options,
      doing: 'read the package indexes of this machine',
    });
    const settings = ['-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120'];
    const install = await attempt(
      'apt-get',
      ['install', '-qy', '--no-install-recommends', ...settings, ...missing],
      { ...options, doing: 'install packages on this machine' },
    );
    if (install.exitCode !== 0) {
      fail('SYSTEM_PACKAGES', {
        details: { packages: missing.join(', ') },
        evidence: lastLines(install.stderr || install.stdout),
      });
    }
  } finally {
    if (ours) await rm(POLICY, { force: true });
  }
}

/** Puts the policy in place that keeps package scripts from starting daemons; false where somebody else's is there. */
async function holdDaemons(): Promise<boolean> {
  if ((await fileExists(POLICY)) && (await textOf(POLICY)) !== POLICY_TEXT) return false;
  await writeFile(POLICY, POLICY_TEXT);
  await chmod(POLICY, 0o755);
  return true;
}

/** Keeps a daemon that is only used as a program from starting with this machine. */
export async function disableDaemon(unit: string): Promise<void> {
  const doing = `disable ${unit}`;
  const booted = await fileExists('/run/systemd/system');
  await attempt('systemctl', ['disable', ...(booted ? ['--now'] : []), unit], { doing });
}
