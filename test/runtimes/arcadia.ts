import type { HostFacts } from '../../src/hosts/connection.ts';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import type { Component, ComponentName, Platform, ProjectOnPlatform } from '../../src/platform/platform.ts';
import { services } from '../../src/services/index.ts';
import type { CloudContext } from '../steps/clouds.ts';

/**
 * An invented distribution, in which nothing is called as it is in a known one: packages, units, users, paths and
 * os-release differ. What a service needs of a platform is all here.
 */
function projectOf(name: string, processes: readonly string[], known: ProjectOnPlatform): ProjectOnPlatform {
  return {
    user: `_${name}`,
    group: `_${name}grp`,
    configuration: `/opt/arcadia/conf/${name}`,
    state: `/opt/arcadia/state/${name}`,
    logs: `/opt/arcadia/log/${name}`,
    locks: `/opt/arcadia/lock/${name}`,
    schemaPackage: `arc-${name}-schema`,
    processes: Object.fromEntries(
      processes.map((process) => [
        process,
        {
          packages: [`arc-${name}-${process}`],
          unit: `arcd-${name}-${process}`,
          wsgi: `/opt/arcadia/wsgi/${name}_${process}.py`,
        },
      ]),
    ),
    extras: Object.fromEntries(
      Object.keys(known.extras ?? {}).map((feature) => [feature, [`arc-${name}-with-${feature}`]]),
    ),
  };
}

function componentOf(name: string, known: Component): Component {
  const renamed = (entries: Readonly<Record<string, string>>, make: (key: string) => string) =>
    Object.fromEntries(Object.keys(entries).map((key) => [key, make(key)]));
  return {
    packages: [`arc-${name}`],
    units: renamed(known.units, (role) => `arcd-${name}-${role}`),
    user: `_arc${name.replaceAll('-', '')}`,
    group: `_arc${name.replaceAll('-', '')}`,
    paths: renamed(known.paths, (use) => `/opt/arcadia/${name}/${use}`),
  };
}

const processesOf = (project: string) =>
  services
    .filter((service) => service.project === project)
    .flatMap(({ processes }) => processes.map(({ name }) => name));

export const arcadia: Platform = {
  title: 'Arcadia 7, OpenStack 2025.1',
  release: '2025.1',
  distribution: { id: 'arcadia', codename: 'lily' },
  packageManager: {
    version: 'arcpkg version "$1"',
    audit: 'arcpkg audit',
    leastVersions: { 'py-messaging': '16.2' },
    older: 'arcpkg older "$1" "$2"',
    origins: 'arcpkg origins',
    answers: {},
    components: ['core'],
  },
  projects: Object.fromEntries(
    Object.entries(debian13.projects).map(([name, known]) => [
      name,
      projectOf(name, processesOf(name), known),
    ]),
  ),
  components: Object.fromEntries(
    Object.entries(debian13.components).map(([name, known]) => [name, componentOf(name, known)]),
  ) as Readonly<Record<ComponentName, Component>>,
  wsgiServer: { command: '/opt/arcadia/sbin/wsgid', plugin: 'snake3' },
};

/** The hosts of a context with this distribution. */
export function onArcadia({ cloud, facts }: CloudContext): CloudContext {
  const own = { distribution: 'arcadia', codename: 'lily', versionId: '7' };
  return {
    cloud,
    facts: new Map([...facts].map(([host, known]): [string, HostFacts] => [host, { ...known, ...own }])),
  };
}

/** A word that is a name: not a part of a longer one. */
export function asName(name: string): RegExp {
  return new RegExp(
    `(?<![\\w@./-])${name.replace(/[.*+?^$()[\]{}|\\/]/g, '\\$&')}(?![\\w-]|\\.(?:conf|ini|log)\\b)`,
  );
}

/** Names that only the platform may know: packages, units and paths; names of OpenStack's projects are everybody's. */
export function namesOf({ projects, components, distribution, wsgiServer }: Platform): ReadonlySet<string> {
  const entries = [
    distribution.id,
    distribution.codename,
    wsgiServer.command,
    ...Object.values(projects).flatMap((project) => [
      project.configuration,
      project.state,
      project.logs,
      project.locks,
      project.schemaPackage ?? '',
      ...(project.unusedSites ?? []),
      ...Object.values(project.extras ?? {}).flat(),
      ...Object.values(project.processes).flatMap(({ packages, unit, wsgi, logFile, unusedUnits = [] }) => [
        ...packages,
        ...unusedUnits,
        unit,
        wsgi ?? '',
        logFile ?? '',
      ]),
    ]),
    ...Object.values(components).flatMap(({ packages, units, paths }) => [
      ...packages,
      ...Object.values(units),
      ...Object.values(paths),
    ]),
  ];
  const shared = new Set(['', ...Object.keys(projects), ...Object.keys(components)]);
  return new Set(entries.filter((name) => !shared.has(name)));
}
