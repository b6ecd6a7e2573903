import type { Cloud } from '../cloud/cloud.ts';
import { chassisHosts, controlHosts, gatewayHosts, hostsWith } from '../cloud/topology.ts';
import { endpoints } from '../steps/shared/endpoints.ts';
import type { ServiceExpectation } from './judgements.ts';
import type { ToolboxExpectations } from './toolbox.ts';

/** What the toolbox must find in a cloud of this description (E1). */
export function expectationsOf(cloud: Cloud): ToolboxExpectations {
  const names = (hosts: readonly { readonly name: string }[]) => hosts.map((host) => host.name);
  const catalog: string[] = [
    endpoints.identity.type,
    endpoints.image.type,
    endpoints.placement.type,
    endpoints.compute.type,
    endpoints.network.type,
    endpoints.volume.type,
  ];
  if (cloud.services.has('orchestration')) catalog.push(endpoints.orchestration.type);
  if (cloud.services.has('key-manager')) catalog.push(endpoints.keyManager.type);
  return {
    region: cloud.region,
    compute: { control: names(controlHosts(cloud)), compute: names(hostsWith(cloud, 'compute')) },
    agents: { chassis: names(chassisHosts(cloud)), gateways: names(gatewayHosts(cloud)) },
    volume: volumeExpectation(cloud),
    catalog,
  };
}

/** Schedulers and backups run on each control host; one cinder-volume for each backend stands for all of them. */
function volumeExpectation(cloud: Cloud): readonly ServiceExpectation[] {
  const backends = cloud.backends.filter((backend) => backend.type === 'ceph');
  return [
    ...controlHosts(cloud).flatMap((host) => [
      { binary: 'cinder-scheduler', host: host.name },
      ...(cloud.volumeBackup ? [{ binary: 'cinder-backup', host: host.name }] : []),
    ]),
    ...backends.map((backend) => ({ binary: 'cinder-volume', host: `${cloud.name}@${backend.name}` })),
  ];
}
