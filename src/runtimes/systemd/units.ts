import type { Resource } from '../../engine/resource.ts';
import type { Component, ComponentName, Platform } from '../../platform/platform.ts';
import { file } from '../../resources/index.ts';
import type { HostContext } from '../../services/definition.ts';

const SUFFIXES = /\.(service|socket|timer|target)$/;

/** `glance-api` is `glance-api.service`. */
export function fullUnit(unit: string): string {
  return SUFFIXES.test(unit) ? unit : `${unit}.service`;
}

/** Units of what should be up first at boot: components by their name, processes as `project/process`. */
export function bootUnits({ platform }: HostContext, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const [project = '', process] = name.split('/');
    if (process !== undefined) {
      const unit = platform.projects[project]?.processes[process]?.unit;
      return unit === undefined ? [] : [fullUnit(unit)];
    }
    return componentUnits(platform, name as ComponentName);
  });
}

function componentUnits(platform: Platform, name: ComponentName): readonly string[] {
  const component: Component | undefined = platform.components[name];
  if (!component) throw new Error(`the platform has no component ${name}`);
  // A template's instances have a target in common.
  const { target, controller, server } = component.units;
  const unit = target ?? controller ?? server;
  return unit === undefined ? [] : [fullUnit(unit)];
}

/** A drop-in for a package's unit. */
export function dropIn(host: string, unit: string, lines: readonly string[]): Resource {
  return file(host, `/etc/systemd/system/${fullUnit(unit)}.d/cloudwright.conf`, [...lines, ''].join('\n'));
}

/** The line of a unit's `[Service]` by which its process finds the platform's startup module. */
export function startupEnvironment({ startupModule }: Platform): readonly string[] {
  return startupModule ? [`Environment=${startupModule.environment}`] : [];
}

/** Id of the startup module's file, which the host's preparation writes: a process is started again when it changes. */
export function startupFile(host: string, { startupModule }: Platform): readonly string[] {
  return startupModule ? [`${host}/file:${startupModule.path}`] : [];
}
