import type { Cloud, CloudNetwork, Host } from '../../cloud/cloud.ts';
import { controlHosts, prefixLength } from '../../cloud/topology.ts';
import { type Component, pathOf } from '../../platform/platform.ts';
import { MANAGED } from '../../resources/index.ts';
import { joinTexts, type Text, text } from '../../secrets/confidential.ts';

/**
 * Every host starts as BACKUP and the priority decides who begins. A returning host does not take the address back: that would be
 * a second outage, while its services are still starting.
 * A dead haproxy is a FAULT (no weight): the address leaves at once. Timings by `ha.level`.
 */
export function keepalivedConfiguration(cloud: Cloud, host: Host, tools: Component): Text {
  const head = `# ${MANAGED}
global_defs {
  router_id ${host.name}
  enable_script_security
  script_user root
  vrrp_garp_master_refresh 10
}
vrrp_script haproxy_alive {
  script "${pathOf(tools, 'pkill')} -0 -x haproxy"
  interval ${cloud.ha.interval}
  timeout ${cloud.ha.timeout}
  rise ${cloud.ha.rise}
  fall ${cloud.ha.fall}
}
`;
  const instances = virtualRouters(cloud).map(({ network, id }) =>
    instance(cloud, host, network, network.name.toUpperCase(), id),
  );
  return joinTexts([head, ...instances], '');
}

/** The networks with a floating address, and the id of each one's virtual router. */
export function virtualRouters(
  cloud: Cloud,
): readonly { readonly network: CloudNetwork; readonly id: number }[] {
  const { service, management } = cloud.networks;
  const next = (cloud.virtualRouterId % 255) + 1;
  return [
    { network: management, id: cloud.virtualRouterId },
    ...(service?.vip ? [{ network: service, id: next }] : []),
  ];
}

function instance(cloud: Cloud, host: Host, network: CloudNetwork, name: string, routerId: number): Text {
  const hosts = controlHosts(cloud);
  const peers = hosts
    .filter((other) => other !== host)
    .map((other) => other.addresses[network.name])
    .filter((address) => address !== undefined);
  const peerBlock =
    peers.length > 0 ? `  unicast_peer {\n${peers.map((peer) => `    ${peer}\n`).join('')}  }\n` : '';
  // VRRP's password is at most eight characters; it guards against mistakes, not against attackers.
  return text`vrrp_instance ${name} {
  state BACKUP
  nopreempt
  interface ${host.interfaces[network.name] ?? network.interface}
  virtual_router_id ${routerId}
  priority ${120 - 10 * hosts.indexOf(host)}
  advert_int 1
  unicast_src_ip ${host.addresses[network.name] ?? host.addresses.management}
${peerBlock}  authentication {
    auth_type PASS
    auth_pass ${cloud.secrets.keepalived_password}
  }
  virtual_ipaddress {
    ${network.vip ?? ''}/${prefixLength(network.cidr ?? '')} dev ${host.interfaces[network.name] ?? network.interface}
  }
  track_script {
    haproxy_alive
  }
}
`;
}
