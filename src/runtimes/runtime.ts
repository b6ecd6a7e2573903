import type { Resource, Turn } from '../engine/resource.ts';
import type { Platform, ProjectOnPlatform } from '../platform/platform.ts';
import type { Text } from '../secrets/confidential.ts';
import type { HostContext, Process, ServiceDefinition } from '../services/definition.ts';

/** A process of a service, to be run on one host. */
export interface ProcessRequest {
  readonly service: ServiceDefinition;
  readonly process: Process;
  readonly context: HostContext;
  /** Configuration and keys whose change restarts it. */
  readonly watches: readonly (Resource | string)[];
  /** What must be in place first: the schema, processes that it needs. */
  readonly after: readonly (Resource | string)[];
  /** Hosts restart it one after another. */
  readonly turn: Turn;
}

/** A command of a project that is run every day on one control host. */
export interface DailyRequest {
  readonly service: ServiceDefinition;
  readonly context: HostContext;
  readonly commands: readonly string[];
}

/**
 * How services are run: as a distribution's packages under systemd, or in containers. Everything that does not depend
 * on it (accounts, catalog, configuration, schema, checks) is in `serviceStep.ts`.
 */
export interface Runtime {
  readonly name: string;
  /** Packages that a host needs for these processes. */
  packages(
    project: ProjectOnPlatform,
    processes: readonly Process[],
    extras: readonly string[],
  ): readonly string[];
  /** Shell function `run COMMAND…`: runs a project's command as its user. */
  run(project: ProjectOnPlatform): string;
  /** Shell that prints the version of what the project's database schema belongs to. */
  version(platform: Platform, project: ProjectOnPlatform): string;
  process(request: ProcessRequest): readonly Resource[];
  /** The resource of a process that others may wait for. */
  processId(host: string, project: ProjectOnPlatform, process: string): string;
  daily(request: DailyRequest): readonly Resource[];
}

/**
 * The environment of migrations and purges, whose statements may take as long as they need: oslo.config takes the
 * options from here before it looks into a file.
 */
export const withoutAnswerLimit: readonly string[] = ['DATABASE', 'API_DATABASE', 'PLACEMENT_DATABASE'].map(
  (section) => `OS_${section}__CONNECTION_PARAMETERS=`,
);

/** Shell in which a stage of a migration runs, with `run` and `query`. */
export function migrationShell(runtime: Runtime, project: ProjectOnPlatform, body: Text): readonly Text[] {
  return [
    `set -e\nexport ${withoutAnswerLimit.join(' ')}`,
    runtime.run(project),
    'query() { mariadb --skip-ssl -N -B -e "$1"; }',
    body,
  ];
}
