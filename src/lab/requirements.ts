import { chmod, rm, writeFile } from 'node:fs/promises';
import { fail } from '../errors/problem.ts';
import { attempt, lastLines, type Report } from './command.ts';
import { fileExists, textOf } from './files.ts';

/** Debian packages that the lab uses on this machine, and what for. */
export const HOST_PACKAGES: Readonly<Record<string, string>> = {
  'apt-cacher-ng': 'package proxy of the nodes',
  'ca-certificates': 'mirrors over https',
  cpio: 'start image of the tiny guest',
  'debian-archive-keyring': 'signatures of the base tree',
  dosfstools: 'tiny guest image',
  ethtool: 'offloads of the lab networks',
  iproute2: 'network namespaces',
  'iputils-ping': 'tests of instances from outside',
  mmdebstrap: 'base tree',
  mtools: 'tiny guest image',
  'openssh-client': 'reaching the nodes',
  socat: 'ways into the lab networks',
  syslinux: 'tiny guest image',
  'systemd-container': 'the machines',
  'xz-utils': 'kernel modules of the tiny guest',
};

const POLICY = '/usr/sbin/policy-rc.d';
/** Marks the policy file as ours, so that one left by a crash is recognised. */
const POLICY_TEXT = '#!/bin/sh\n# cloudwright: no daemon starts while the lab installs packages\nexit 101\n';

/** Refuses any other user than root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) fail('LAB_NEEDS_ROOT');
}

/** The packages of the list that are not installed on this machine. */
export async function missingPackages(
  packages: readonly string[] = Object.keys(HOST_PACKAGES),
): Promise<string[]> {
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

/** Installs what is needed on this machine, after saying so. No daemon of these packages is left running. */
export async function ensureHostPackages(
  report: Report,
  packages: readonly string[] = Object.keys(HOST_PACKAGES),
): Promise<void> {
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
    const install = await attempt(
      'apt-get',
      [
        'install',
        '-qy',
        '--no-install-recommends',
        '-o',
        'Dpkg::Use-Pty=0',
        '-o',
        'DPkg::Lock::Timeout=120',
        ...missing,
      ],
      { ...options, doing: 'install packages on this machine' },
    );
    if (install.exitCode !== 0) {
      fail('LAB_HOST_PACKAGES', {
        details: { packages: missing.join(', ') },
        evidence: lastLines(install.stderr || install.stdout),
      });
    }
  } finally {
    if (ours) await rm(POLICY, { force: true });
  }
  if (missing.includes('apt-cacher-ng')) await disableDaemon('apt-cacher-ng');
}

/** Puts the policy in place that keeps package scripts from starting daemons; false where one of another's is there. */
async function holdDaemons(): Promise<boolean> {
  if ((await fileExists(POLICY)) && (await textOf(POLICY)) !== POLICY_TEXT) return false;
  await writeFile(POLICY, POLICY_TEXT);
  await chmod(POLICY, 0o755);
  return true;
}

/** Keeps a daemon that only we need as a program from starting with this machine. */
async function disableDaemon(unit: string): Promise<void> {
  const doing = `keep ${unit} from starting by itself`;
  const booted = await fileExists('/run/systemd/system');
  await attempt('systemctl', ['disable', ...(booted ? ['--now'] : []), unit], { doing });
}
