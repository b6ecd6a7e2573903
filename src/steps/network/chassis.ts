import type { Cloud, Host } from '../../cloud/cloud.ts';
import { controlHosts, gatewayHosts, prefixLength } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import type { AllFacts } from '../../hosts/connection.ts';
import { file, service } from '../../resources/index.ts';
import { ports } from '../shared/endpoints.ts';
import { factsOf } from '../shared/facts.ts';
import type { StepContext } from '../step.ts';
import { ovnConnection } from './configuration.ts';

/** Whether Open vSwitch forwards in user space on this host (D2). */
export function usesUserspace(cloud: Cloud, facts: AllFacts, host: Host): boolean {
  if (cloud.network.datapath === 'auto') return !factsOf(facts, host.name).openvswitchModule;
  return cloud.network.datapath === 'userspace';
}

/** Open vSwitch and the OVN controller of a gateway or compute host. */
export function chassisResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  // Without it the id changes at every restart, and the controller fights its own earlier self.
  const systemId = file(host.name, '/etc/openvswitch/system-id.conf', `${host.name}\n`);
  const openvswitch = service(host.name, 'openvswitch-switch', { watches: [systemId] });
  const script = file(
    host.name,
    '/usr/local/sbin/cloudwright-chassis',
    chassisScript(cloud, host, usesUserspace(cloud, facts, host)),
    {
      mode: '0755',
    },
  );
  const unit = file(
    host.name,
    '/etc/systemd/system/cloudwright-chassis.service',
    `[Unit]
Description=Bridges, tunnel end and OVN settings of this host
After=openvswitch-switch.service ovs-vswitchd.service network-online.target
Wants=network-online.target
Requires=openvswitch-switch.service
Before=ovn-controller.service ovn-host.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/cloudwright-chassis
[Install]
WantedBy=multi-user.target
`,
  );
  const setUp = service(host.name, 'cloudwright-chassis', { watches: [script, unit], after: [openvswitch] });
  return [
    systemId,
    openvswitch,
    script,
    unit,
    setUp,
    service(host.name, 'ovn-host', {
      after: [setUp, ...controlHosts(cloud).map((control) => `${control.name}/command:ovn-databases`)],
    }),
    service(host.name, 'ovn-controller', { enabled: false, after: [setUp, `${host.name}/service:ovn-host`] }),
  ];
}

/** Run at every boot and safe at any time: what Open vSwitch keeps is only confirmed, what Linux forgets is set. */
function chassisScript(cloud: Cloud, host: Host, userspace: boolean): string {
  const datapath = userspace ? 'netdev' : 'system';
  const overlay = host.interfaces.overlay;
  const overlayAddress = host.addresses.overlay;
  const overlayCidr = cloud.networks.overlay?.cidr;
  const mappings = cloud.physicalNetworks.map((network) => `${network.name}:${network.bridge}`).join(',');
  const settings: Readonly<Record<string, string>> = {
    'ovn-remote': ovnConnection(cloud, ports.ovnSouthbound),
    'ovn-encap-type': 'geneve',
    'ovn-encap-ip': overlayAddress ?? host.addresses.management,
    'ovn-bridge': 'br-int',
    'ovn-bridge-datapath-type': datapath,
    'ovn-bridge-mappings': mappings,
    'system-id': host.name,
    hostname: host.name,
    ...(gatewayHosts(cloud).includes(host) && { 'ovn-cms-options': 'enable-chassis-as-gw' }),
  };
  const lines = [
    '#!/bin/sh',
    '# Managed by Cloudwright; changes are put back at the next apply.',
    'set -e',
    `ovs-vsctl set open_vswitch . ${Object.entries(settings)
      .map(([key, value]) => `external_ids:${key}=\\"${value}\\"`)
      .join(' ')}`,
    `ovs-vsctl --may-exist add-br br-int -- set bridge br-int datapath_type=${datapath} fail-mode=secure other_config:disable-in-band=true`,
    // Neutron's metadata agent and os-vif talk to the local database.
    'ovs-vsctl set-manager ptcp:6640:127.0.0.1',
    'ip link set br-int up',
  ];
  for (const network of cloud.physicalNetworks) {
    const port = network.interface ?? host.interfaces.provider;
    if (!port) continue;
    lines.push(
      `ovs-vsctl --may-exist add-br ${network.bridge} -- set bridge ${network.bridge} datapath_type=${datapath} -- --may-exist add-port ${network.bridge} ${port}`,
      `ip link set ${network.bridge} up`,
      `ip link set ${port} up`,
      ...(userspace ? [offloadsOff(port)] : []),
    );
  }
  // Where tunnels share the management network, its interface must keep its addresses: a lone host has no tunnels.
  const shared = overlay === host.interfaces.management;
  if (userspace && overlay && overlayAddress && overlayCidr && !shared)
    lines.push(...tunnelBridge(cloud, overlay, overlayAddress, overlayCidr));
  return `${lines.join('\n')}\n`;
}

/** Open vSwitch in user space reads frames as they lie in memory: a checksum left to the card never gets made. */
function offloadsOff(device: string): string {
  return `ethtool -K ${device} tx off tso off gso off gro off >/dev/null 2>&1 || :`;
}

/** In user space the tunnel's end must be an address on a bridge of the same datapath. */
function tunnelBridge(cloud: Cloud, device: string, address: string, cidr: string): readonly string[] {
  const mtu = cloud.networks.overlay?.mtu ?? 1500;
  return [
    `ovs-vsctl --may-exist add-br br-overlay -- set bridge br-overlay datapath_type=netdev -- --may-exist add-port br-overlay ${device} -- set interface br-overlay mtu_request=${mtu}`,
    `ip link set ${device} up`,
    `ip link set br-overlay up`,
    // The address moves over from the card that now is a port; both ends of the move can be repeated.
    `ip addr flush dev ${device} scope global`,
    `ip addr replace ${address}/${prefixLength(cidr)} dev br-overlay`,
    offloadsOff(device),
  ];
}
