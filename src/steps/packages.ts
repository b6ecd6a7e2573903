import type { Cloud } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { command, packages, STATE_DIRECTORY } from '../resources/index.ts';
import { quoteAll } from '../resources/shell.ts';

const NAME = 'packages';

/** Steps whose packages are installed in one transaction, under a name for it. */
export interface PackageGroup {
  readonly name: string;
  readonly steps: readonly Step<Cloud>[];
}

/**
 * The steps behind one step that installs what they need on each host, a transaction for each group: dpkg's triggers
 * and apt's resolver run once instead of once for each service. The transactions follow one another, since dpkg can
 * do one thing at a time and keeps one core busy; what a group brings is deployed on the other cores meanwhile.
 */
export function withPackages(groups: readonly PackageGroup[]): readonly Step<Cloud>[] {
  return [installation(groups), ...groups.flatMap((group) => group.steps.map((step) => behind(step, group)))];
}

function installation(groups: readonly PackageGroup[]): Step<Cloud> {
  return {
    name: NAME,
    title: 'Packages',
    needs: ['preflight'],
    resources: (context) =>
      reached(context, context.cloud.hosts).flatMap((host) => onHost(context, host.name, groups)),
    checks: (context) =>
      reached(context, context.cloud.hosts).flatMap(({ name }) => [
        auditCheck(context, name),
        versionCheck(context, name),
      ]),
  };
}

function applies(step: Step<Cloud>, cloud: Cloud): boolean {
  return step.applies?.(cloud) ?? true;
}

function packagesOf(group: PackageGroup, context: StepContext<Cloud>, host: string): readonly string[] {
  const wanted = group.steps
    .filter((step) => applies(step, context.cloud))
    .flatMap((step) => step.packages?.(context, host) ?? []);
  return [...new Set(wanted)].sort();
}

function onHost(
  context: StepContext<Cloud>,
  host: string,
  groups: readonly PackageGroup[],
): readonly Resource[] {
  const { packageManager } = platformOf(context.cloud.release, factsOf(context.facts, host));
  const made: Resource[] = [];
  for (const group of groups) {
    const names = packagesOf(group, context, host);
    if (names.length === 0) continue;
    const previous = made.at(-1);
    const installed = packages(host, group.name, names, {
      debconf: names.flatMap((name) => packageManager.answers[name] ?? []),
      after: previous ? [previous] : [],
    });
    made.push(installed, systemBus(context, host, group.name, installed));
  }
  return made;
}

/** A step whose resources on a host wait for the host's packages of its group. */
function behind(step: Step<Cloud>, group: PackageGroup): Step<Cloud> {
  return {
    ...step,
    needs: ['preflight', ...step.needs],
    resources: (context) => {
      const groupOn = (host: string): readonly string[] =>
        context.facts.has(host) && packagesOf(group, context, host).length > 0
          ? [`${host}/command:${busResource(group.name)}`]
          : [];
      return step.resources(context).map((resource) => {
        const hosts = resource.members ?? [resource.host];
        const after = hosts.flatMap(groupOn);
        return after.length === 0 ? resource : { ...resource, after: [...resource.after, ...after] };
      });
    },
  };
}

function auditCheck({ cloud, facts }: StepContext<Cloud>, host: string): ShellCheck {
  return {
    via: 'shell',
    id: `packages-${host}`,
    title: 'no package is half installed',
    host,
    limitSeconds: 30,
    script: platformOf(cloud.release, factsOf(facts, host)).packageManager.audit,
    judge: ({ stdout }) =>
      stdout.trim() === ''
        ? { ok: true, sentence: 'every package is fully installed' }
        : { ok: false, sentence: 'packages are not fully installed', evidence: stdout },
  };
}

/** Whether no package is older than the configuration needs, which would not be seen otherwise. */
function versionCheck({ cloud, facts }: StepContext<Cloud>, host: string): ShellCheck {
  const { leastVersions, older } = platformOf(cloud.release, factsOf(facts, host)).packageManager;
  const needs = Object.entries(leastVersions).map(quoteAll);
  return {
    via: 'shell',
    id: `package-versions-${host}`,
    title: 'packages have the security updates that the configuration relies on',
    host,
    limitSeconds: 30,
    script: [
      `older() { ${older}; }`,
      ...needs.map((words) => `if older ${words}; then echo ${words}; fi`),
      'echo end',
    ].join('\n'),
    judge: ({ stdout, stderr }) => {
      const lines = stdout.trim().split('\n');
      if (lines.pop() !== 'end')
        return { ok: false, sentence: 'the versions of the packages cannot be read', evidence: stderr };
      const found = lines.map((line) => line.replace(' ', ' before '));
      return found.length === 0
        ? { ok: true, sentence: 'every package is new enough' }
        : { ok: false, sentence: `install the security updates: this host has ${found.join(', ')}` };
    },
  };
}

function busResource(group: string): string {
  return `system-bus-${group}`;
}

/**
 * The system bus reads a package's policy before the package has created the user that the policy names, and drops
 * that rule: polkit then can't take its name, and libvirt refuses Nova. Reading again after all users are there
 * fixes it.
 */
function systemBus(context: StepContext<Cloud>, host: string, group: string, after: Resource): Resource {
  const marker = `${STATE_DIRECTORY}/system-bus-read`;
  const { tools } = platformOf(context.cloud.release, factsOf(context.facts, host)).components;
  return command(
    host,
    busResource(group),
    {
      doing: 'let the system bus read the policies of the new packages',
      unless: `[ -e ${marker} ] && [ -z "$(find /usr/share/dbus-1/system.d /etc/passwd -newer ${marker})" ]`,
      script: [
        'set -e',
        `mkdir -p ${STATE_DIRECTORY}`,
        `touch ${marker}.$$`,
        `systemctl reload ${unitOf(tools, 'bus')}`,
        `systemctl reset-failed ${unitOf(tools, 'polkit')} 2>/dev/null || :`,
        `mv ${marker}.$$ ${marker}`,
      ].join('\n'),
      limitSeconds: 30,
    },
    { after: [after] },
  );
}
