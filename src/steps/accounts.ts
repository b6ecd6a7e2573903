import type { Cloud } from '../cloud/cloud.ts';
import type { Step } from '../engine/step.ts';
import { rolesAlone } from '../runtimes/accounts.ts';
import { serviceContext } from '../runtimes/context.ts';
import { administratorsCheck } from '../services/checks/users.ts';
import type { ServiceDefinition } from '../services/definition.ts';
import { deployedServices, usersOf } from '../services/derived.ts';

/**
 * The last step: rights that the services' users no longer need are taken away when every service runs with the
 * configuration and the rules that do without them.
 */
export function accounts(services: readonly ServiceDefinition[]): Step<Cloud> {
  const deployed = (cloud: Cloud) => deployedServices(cloud, services);
  return {
    name: 'accounts',
    title: 'Roles of the services’ users',
    needs: services.map(({ name }) => name),
    resources: (context) =>
      serviceContext(context)
        ? deployed(context.cloud).flatMap((service) => rolesAlone(service, context.cloud))
        : [],
    checks: (context) =>
      serviceContext(context) ? [administratorsCheck(deployed(context.cloud).flatMap(usersOf))] : [],
  };
}
