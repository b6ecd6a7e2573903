import type { ServiceExpectation } from '../checks/judgements.ts';
import type { ToolboxExpectations } from '../checks/toolbox.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { chassisHosts, controlHosts, gatewayHosts, hostsWith } from '../cloud/topology.ts';
import { catalogTypes } from './derived.ts';
import { volumeExpectations } from './volume.ts';

/** What the toolbox must find in a cloud of this description. */
export function expectationsOf(cloud: Cloud): ToolboxExpectations {
  const names = (hosts: readonly { readonly name: string }[]) => hosts.map((host) => host.name);
  const volume: readonly ServiceExpectation[] = volumeExpectations(cloud);
  return {
    region: cloud.region,
    compute: { control: names(controlHosts(cloud)), compute: names(hostsWith(cloud, 'compute')) },
    agents: { chassis: names(chassisHosts(cloud)), gateways: names(gatewayHosts(cloud)) },
    volume,
    catalog: catalogTypes(cloud),
  };
}
