import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import type { Step } from '../engine/step.ts';
import { command, packages } from '../resources/index.ts';

/**
 * Installs what all the services need on each host in one transaction: dpkg's triggers and apt's resolver run once
 * instead of once for each service, which is most of the time that a serial deploy loses.
 */
export function packageInstallation(services: readonly Step[]): Step {
  return {
    name: 'packages',
    title: 'Packages of every role',
    needs: ['preflight'],
    resources: (context) =>
      context.cloud.hosts.flatMap((host) => {
        const wanted = services
          .filter((step) => step.applies?.(context.cloud) ?? true)
          .flatMap((step) => step.packages?.(context, host.name) ?? []);
        if (wanted.length === 0) return [];
        const all = packages(host.name, 'all-roles', [...new Set(wanted)].sort(), { debconf });
        return [all, systemBus(host.name, all)];
      }),
    checks: (context) => context.cloud.hosts.map((host) => auditCheck(host.name)),
  };
}

function auditCheck(host: string): ShellCheck {
  return {
    via: 'shell',
    id: `dpkg-${host}`,
    title: 'no package is half installed',
    host,
    limitSeconds: 30,
    script: 'dpkg --audit',
    judge: ({ stdout }) =>
      stdout.trim() === ''
        ? { ok: true, sentence: 'dpkg finds nothing to mend' }
        : { ok: false, sentence: 'dpkg lists packages that are not fully installed', evidence: stdout },
  };
}

/** Questions that have no configuration file; everything else is set through files after the installation. */
const debconf: readonly string[] = ['nova-consoleproxy nova-consoleproxy/daemon_type select novnc'];

/**
 * The system bus reads a package's policy before the package has made the user that the policy names, and drops
 * that rule: polkit then can't take its name, and libvirt refuses Nova. Reading again after all users are there
 * mends it.
 */
function systemBus(host: string, after: Resource): Resource {
  const marker = '/var/lib/cloudwright/system-bus-read';
  return command(
    host,
    'system-bus',
    {
      doing: 'let the system bus read the policies of the new packages',
      unless: `[ -e ${marker} ] && [ -z "$(find /usr/share/dbus-1/system.d /etc/passwd -newer ${marker})" ]`,
      script: [
        'set -e',
        'mkdir -p /var/lib/cloudwright',
        `touch ${marker}.new`,
        'systemctl reload dbus',
        'systemctl reset-failed polkit 2>/dev/null || :',
        `mv ${marker}.new ${marker}`,
      ].join('\n'),
      limitSeconds: 30,
    },
    { after: [after] },
  );
}
