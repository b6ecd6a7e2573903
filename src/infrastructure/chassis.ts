import { certificatePaths } from '../cloud/certificates.ts';
import type { Cloud, Host, PhysicalNetwork } from '../cloud/cloud.ts';
import { ovnConnection } from '../cloud/endpoints.ts';
import { ports } from '../cloud/ports.ts';
import { factsOf } from '../cloud/reached.ts';
import { gatewayHosts, prefixLength } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import type { StepContext } from '../engine/step.ts';
import type { AllFacts } from '../hosts/connection.ts';
import { quote } from '../hosts/quote.ts';
import { pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { file, MANAGED, sandbox, service } from '../resources/index.ts';

const CHASSIS = 'cloudwright-chassis';

/** Whether Open vSwitch forwards in user space on this host. */
export function usesUserspace(cloud: Cloud, facts: AllFacts, host: Host): boolean {
  if (cloud.network.datapath === 'auto') return !factsOf(facts, host.name).openvswitchModule;
  return cloud.network.datapath === 'userspace';
}

/** What must be in place before the OVN controller starts. */
export interface ChassisNeeds {
  readonly certificates: readonly Resource[];
  /** Ids of the databases' services. */
  readonly central: readonly string[];
}

/** Open vSwitch and the OVN controller of a gateway or compute host. */
export function chassisResources(
  { cloud, facts }: StepContext<Cloud>,
  host: Host,
  { certificates, central }: ChassisNeeds,
): readonly Resource[] {
  const { openvswitch: component, 'ovn-host': controller } = platformOf(
    cloud.release,
    factsOf(facts, host.name),
  ).components;
  const server = unitOf(component, 'server');
  // Without a fixed system-id every restart registers a new chassis that conflicts with the old one.
  const systemId = file(host.name, pathOf(component, 'systemId'), `${host.name}\n`);
  const openvswitch = service(host.name, server, { watches: [systemId] });
  const script = file(
    host.name,
    `/usr/local/sbin/${CHASSIS}`,
    chassisScript(cloud, host, usesUserspace(cloud, facts, host)),
    { mode: '0755' },
  );
  const unit = file(
    host.name,
    `/etc/systemd/system/${CHASSIS}.service`,
    `[Unit]
Description=Bridges, tunnel end and OVN settings of this host
After=${server}.service ${unitOf(component, 'daemon')}.service network-online.target
Wants=network-online.target
Requires=${server}.service
Before=${unitOf(controller, 'controller')}.service ${unitOf(controller, 'server')}.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/${CHASSIS}
${sandbox('chassis')}[Install]
WantedBy=multi-user.target
`,
  );
  const setUp = service(host.name, CHASSIS, {
    watches: [script, unit],
    after: [openvswitch, ...certificates],
  });
  const started = service(host.name, unitOf(controller, 'server'), { after: [setUp, ...central] });
  return [
    systemId,
    openvswitch,
    script,
    unit,
    setUp,
    started,
    service(host.name, unitOf(controller, 'controller'), { enabled: false, after: [started] }),
  ];
}

/** Physical networks that this host has a port in. */
function ownNetworks(cloud: Cloud, host: Host): readonly (PhysicalNetwork & { readonly port: string })[] {
  return cloud.physicalNetworks.flatMap((network) => {
    const port = network.interface ?? host.interfaces.provider;
    return port ? [{ ...network, port }] : [];
  });
}

/** Run at every boot and safe at any time: what Open vSwitch keeps is only confirmed, what Linux forgets is set. */
function chassisScript(cloud: Cloud, host: Host, userspace: boolean): string {
  const datapath = userspace ? 'netdev' : 'system';
  const overlay = host.interfaces.overlay;
  const overlayAddress = host.addresses.overlay;
  const overlayCidr = cloud.networks.overlay?.cidr;
  const physical = ownNetworks(cloud, host);
  const own = certificatePaths('ovn');
  const settings: Readonly<Record<string, string>> = {
    'ovn-remote': ovnConnection(cloud, ports.ovnSouthbound),
    'ovn-encap-type': 'geneve',
    'ovn-encap-ip': overlayAddress ?? host.addresses.management,
    'ovn-bridge': 'br-int',
    'ovn-bridge-datapath-type': datapath,
    'ovn-bridge-mappings': physical.map((network) => `${network.name}:${network.bridge}`).join(','),
    'system-id': host.name,
    hostname: host.name,
    ...(gatewayHosts(cloud).includes(host) && { 'ovn-cms-options': 'enable-chassis-as-gw' }),
  };
  const lines = [
    '#!/bin/sh',
    `# ${MANAGED}`,
    'set -e',
    // The host has nothing to say on interfaces of instances: no IPv6 of its own, no packets from other networks.
    'closed() {',
    '  for device; do',
    '    if [ -e "/proc/sys/net/ipv6/conf/$device" ]; then echo 1 >"/proc/sys/net/ipv6/conf/$device/disable_ipv6"; fi',
    '    echo 1 >"/proc/sys/net/ipv4/conf/$device/rp_filter"',
    '  done',
    '}',
    // ovn-controller takes its key from here, and reads it again when key and certificate have changed: a restart would
    // cut the tunnels. One transaction: it never sees an address of TLS without a key.
    `ovs-vsctl set-ssl ${own.key} ${own.certificate} ${own.authority} -- set open_vswitch . ${Object.entries(
      settings,
    )
      .map(([key, value]) => quote(`external_ids:${key}="${value}"`))
      .join(' ')}`,
    `ovs-vsctl --may-exist add-br br-int -- set bridge br-int datapath_type=${datapath} fail-mode=secure other_config:disable-in-band=true`,
    // Neutron's metadata agent and os-vif talk to the local database, which nobody else reaches on the loopback address.
    'ovs-vsctl set-manager ptcp:6640:127.0.0.1',
    'ip link set br-int up',
    'closed br-int',
  ];
  for (const network of physical) {
    const bridge = quote(network.bridge);
    const port = quote(network.port);
    lines.push(
      `ovs-vsctl --may-exist add-br ${bridge} -- set bridge ${bridge} datapath_type=${datapath} -- --may-exist add-port ${bridge} ${port}`,
      `ip link set ${bridge} up`,
      `ip link set ${port} up`,
      ...(network.port === host.interfaces.management ? [] : [`closed ${bridge} ${port}`]),
      ...(userspace ? [offloadsOff(network.port)] : []),
    );
  }
  // Where tunnels share the management network, its interface must keep its addresses: a lone host has no tunnels.
  const shared = overlay === host.interfaces.management;
  if (userspace && overlay && overlayAddress && overlayCidr && !shared)
    lines.push(...tunnelBridge(cloud, overlay, overlayAddress, overlayCidr));
  return `${lines.join('\n')}\n`;
}

/** Open vSwitch in user space reads frames from memory: a checksum that is left to the network card is never computed. */
function offloadsOff(device: string): string {
  return `ethtool -K ${quote(device)} tx off tso off gso off gro off >/dev/null 2>&1 || :`;
}

/** In user space the tunnel's end must be an address on a bridge of the same datapath. */
function tunnelBridge(cloud: Cloud, device: string, address: string, cidr: string): readonly string[] {
  const mtu = cloud.networks.overlay?.mtu ?? 1500;
  const port = quote(device);
  return [
    `ovs-vsctl --may-exist add-br br-overlay -- set bridge br-overlay datapath_type=netdev -- --may-exist add-port br-overlay ${port} -- set interface br-overlay mtu_request=${mtu}`,
    `ip link set ${port} up`,
    'ip link set br-overlay up',
    // The address moves over from the card that now is a port; both ends of the move can be repeated.
    `ip addr flush dev ${port} scope global`,
    `ip addr replace ${address}/${prefixLength(cidr)} dev br-overlay`,
    `closed br-overlay ${port}`,
    offloadsOff(device),
  ];
}
