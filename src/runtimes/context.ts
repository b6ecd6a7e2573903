import type { Cloud, Host } from '../cloud/cloud.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { StepContext } from '../engine/step.ts';
import type { AllFacts, HostFacts } from '../hosts/connection.ts';
import type { Platform, ProjectOnPlatform } from '../platform/platform.ts';
import { findPlatform, platforms } from '../platform/select.ts';
import type { HostContext, ServiceContext, ServiceDefinition } from '../services/definition.ts';
import { urls } from '../services/derived.ts';

/** Facts of a host that was reached; steps describe nothing for another. */
export function factsOf(facts: AllFacts, host: string): HostFacts {
  const found = facts.get(host);
  if (!found) throw new Error(`no facts of ${host}`);
  return found;
}

/** Those of the hosts that were reached. */
export function reached(context: StepContext<Cloud>, hosts: readonly Host[]): readonly Host[] {
  return hosts.filter((host) => context.facts.has(host.name));
}

/** Any control host that was reached: it can do what is done once for the cloud. */
export function anyControl(context: StepContext<Cloud>): Host | undefined {
  return reached(context, controlHosts(context.cloud))[0];
}

export function platformOn(context: StepContext<Cloud>, host: Host, tables = platforms): Platform {
  const { distribution, codename } = factsOf(context.facts, host.name);
  const found = findPlatform(context.cloud.release, { distribution, codename }, tables);
  // Preflight refuses such a host before anything else is asked.
  if (!found) throw new Error(`no platform for ${distribution} ${codename} with ${context.cloud.release}`);
  return found;
}

function projectOn(platform: Platform, project: string): ProjectOnPlatform {
  const found = platform.projects[project];
  if (!found) throw new Error(`${platform.title} has no entry for ${project}`);
  return found;
}

/** What a service's definition may look at; undefined where no control host was reached. */
export function serviceContext(
  context: StepContext<Cloud>,
  tables: readonly Platform[] = platforms,
  consumers: ServiceContext['consumers'] = () => 'exit 1',
): ServiceContext | undefined {
  const control = anyControl(context);
  if (!control) return undefined;
  return {
    ...context,
    ...urls(context.cloud),
    consumers,
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
