import type { ProcessOnPlatform, ProjectOnPlatform } from '../../platform/platform.ts';

/** What the platform calls a process of a project. */
export function processOn(project: ProjectOnPlatform, process: string): ProcessOnPlatform {
  const found = project.processes[process];
  if (!found) throw new Error(`the platform has no process ${process} of ${project.user}`);
  return found;
}
