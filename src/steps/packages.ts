import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import { command, packages } from '../resources/index.ts';
import type { Step } from './step.ts';

/** Services whose packages are installed together. */
export interface PackageGroup {
  /** Name of the step that installs them. */
  readonly name: string;
  readonly title: string;
  readonly services: readonly Step[];
}

/**
 * The services' steps, each group behind a step that installs what it needs on each host in one transaction: dpkg's
 * triggers and apt's resolver run once instead of once for each service. The groups follow one another, since dpkg
 * can do one thing at a time and keeps one core busy; what a group brings is deployed on the other cores meanwhile.
 */
export function withPackages(groups: readonly PackageGroup[]): readonly Step[] {
  return groups.flatMap((group, index) => {
    const installation = installationOf(group, groups[index - 1]?.name ?? 'preflight');
    const behind = group.services.map((step) => ({ ...step, needs: [group.name, ...step.needs] }));
    return [installation, ...behind];
  });
}

function installationOf({ name, title, services }: PackageGroup, before: string): Step {
  return {
    name,
    title,
    needs: [before],
    applies: (cloud) => services.some((step) => step.applies?.(cloud) ?? true),
    resources: (context) =>
      context.cloud.hosts.flatMap((host) => {
        const wanted = services
          .filter((step) => step.applies?.(context.cloud) ?? true)
          .flatMap((step) => step.packages?.(context, host.name) ?? []);
        if (wanted.length === 0) return [];
        const names = [...new Set(wanted)].sort();
        const all = packages(host.name, name, names, {
          debconf: debconf.filter((line) => names.some((one) => line.startsWith(`${one} `))),
        });
        return [all, systemBus(host.name, name, all)];
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
function systemBus(host: string, group: string, after: Resource): Resource {
  const marker = '/var/lib/cloudwright/system-bus-read';
  return command(
    host,
    `system-bus-${group}`,
    {
      doing: 'let the system bus read the policies of the new packages',
      unless: `[ -e ${marker} ] && [ -z "$(find /usr/share/dbus-1/system.d /etc/passwd -newer ${marker})" ]`,
      script: [
        'set -e',
        'mkdir -p /var/lib/cloudwright',
        `touch ${marker}.$$`,
        'systemctl reload dbus',
        'systemctl reset-failed polkit 2>/dev/null || :',
        `mv ${marker}.$$ ${marker}`,
      ].join('\n'),
      limitSeconds: 30,
    },
    { after: [after] },
  );
}
