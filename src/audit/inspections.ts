import type { Cloud } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import type { Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { platformOf } from '../platform/select.ts';
import { listenersOf } from '../steps/listeners.ts';
import { brokerInspection, databaseInspection, hostAccountsInspection } from './accounts.ts';
import { certificatesInspection } from './certificates.ts';
import { filesInspection } from './files.ts';
import { firewallInspection, noFirewall } from './firewall.ts';
import { listenersInspection } from './listeners.ts';
import { packagesInspection } from './packages.ts';
import type { Inspection } from './verdict.ts';

/** What an audit reads on every host that was reached. `steps`: all of the program, which say what is described. */
export function inspections(
  context: StepContext<Cloud>,
  steps: readonly Step<Cloud>[],
  now: () => Date = () => new Date(),
): readonly Inspection[] {
  const { cloud, facts } = context;
  const resources = steps
    .filter((step) => step.applies?.(cloud) ?? true)
    .flatMap((step): readonly Resource[] => step.resources(context));
  const listeners = listenersOf(cloud);
  return reached(context, cloud.hosts).flatMap((host) => {
    const own = factsOf(facts, host.name);
    const platform = platformOf(cloud.release, own);
    return [
      listenersInspection(cloud, host, listeners),
      cloud.firewall.enabled ? firewallInspection(cloud, host, listeners, own) : noFirewall(host),
      filesInspection(host, resources),
      certificatesInspection(cloud, host, resources, platform, now),
      hostAccountsInspection(host),
      ...(host.roles.has('control')
        ? [databaseInspection(host), brokerInspection(host, platform.components.rabbitmq)]
        : []),
      packagesInspection(host, platform, now),
    ];
  });
}
