import type { Cloud, Host } from '../cloud/cloud.ts';
import { anyControl, factsOf } from '../cloud/reached.ts';
import type { StepContext } from '../engine/step.ts';
import type { Platform, ProjectOnPlatform } from '../platform/platform.ts';
import { platformOf, platforms } from '../platform/select.ts';
import type { HostContext, ServiceContext, ServiceDefinition } from '../services/definition.ts';
import { urls } from '../services/derived.ts';

/** The platform of a host that was reached. */
export function platformOn(context: StepContext<Cloud>, host: Host, tables = platforms): Platform {
  return platformOf(context.cloud.release, factsOf(context.facts, host.name), tables);
}

function projectOn(platform: Platform, project: string): ProjectOnPlatform {
  const found = platform.projects[project];
  if (!found) throw new Error(`${platform.title} has no entry for ${project}`);
  return found;
}

/** Shell that prints how many consumers a queue of the broker has, on a host with this platform. */
export type Consumers = (platform: Platform, queue: string) => string;

/** What a service's definition may look at; undefined where no control host was reached. */
export function serviceContext(
  context: StepContext<Cloud>,
  tables: readonly Platform[] = platforms,
  consumers: Consumers = () => 'exit 1',
  services?: readonly ServiceDefinition[],
): ServiceContext | undefined {
  const control = anyControl(context);
  if (!control) return undefined;
  return {
    ...context,
    ...urls(context.cloud, services),
    consumers: (queue) => consumers(platformOn(context, control, tables), queue),
    control,
    platformOf: (project) => projectOn(platformOn(context, control, tables), project),
  };
}

export function hostContext(
  context: ServiceContext,
  service: ServiceDefinition,
  host: Host,
  tables: readonly Platform[] = platforms,
): HostContext {
  const platform = platformOn(context, host, tables);
  const own = factsOf(context.facts, host.name);
  return { ...context, host, own, platform, project: projectOn(platform, service.project) };
}
