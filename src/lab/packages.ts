import type { Report } from '../system/command.ts';
import { disableDaemon, ensurePackages, missingPackages } from '../system/packages.ts';

/** Debian packages that the lab uses on this machine, and what for. */
const LAB_PACKAGES: Readonly<Record<string, string>> = {
  'apt-cacher-ng': 'package proxy of the nodes',
  'ca-certificates': 'mirrors over https',
  'debian-archive-keyring': 'signatures of the base tree',
  ethtool: 'offloads of the lab networks',
  iproute2: 'network namespaces',
  'iputils-ping': 'tests of instances from outside',
  mmdebstrap: 'base tree',
  'openssh-client': 'reaching the nodes',
  socat: 'ways into the lab networks',
  'systemd-container': 'the machines',
};

/** Installs what the lab needs on this machine. Asking for a lab is the operator's agreement to that. */
export async function ensureLabPackages(report: Report): Promise<void> {
  const packages = Object.keys(LAB_PACKAGES);
  const missing = await missingPackages(packages);
  await ensurePackages(missing, report);
  if (missing.includes('apt-cacher-ng')) await disableDaemon('apt-cacher-ng');
}
