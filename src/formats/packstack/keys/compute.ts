import {
  absentService,
  carried,
  each,
  type KeyTable,
  meaningless,
  presentService,
  unsupported,
} from './rule.ts';

const OVN_ROUTERS = 'Routers are made by OVN';
const OTHER_AGENT = 'the agent of Open vSwitch is not used: OVN programs the switches itself.';

/** Packstack groups IRONIC, NOVA, NEUTRON with its agents. */
export const computeKeys: KeyTable = {
  ...each({ CONFIG_IRONIC_DB_PW: 'PW_PLACEHOLDER', CONFIG_IRONIC_KS_PW: 'PW_PLACEHOLDER' }, (initial) =>
    unsupported(initial, 'Bare-metal machines are not managed.', { when: 'ironic' }),
  ),
  CONFIG_NOVA_DB_PURGE_ENABLE: presentService(
    'y',
    'Rows of deleted instances are archived after 30 days and purged after 60.',
    'nova',
  ),
  CONFIG_NOVA_MANAGE_FLAVORS: unsupported(
    'y',
    'No flavors are made besides those of the acceptance test, which removes them again. Make those that you want with `openstack flavor create`.',
    {
      value: 'yes-no',
      same: ['n'],
      when: 'nova',
    },
  ),
  CONFIG_NOVA_SCHED_CPU_ALLOC_RATIO: carried('16.0', 'number', 'nova'),
  CONFIG_NOVA_SCHED_RAM_ALLOC_RATIO: carried('1.5', 'number', 'nova'),
  CONFIG_NOVA_COMPUTE_MIGRATE_PROTOCOL: unsupported(
    'ssh',
    'Instances move between hosts over TCP on the management network.',
    { value: ['tcp', 'ssh'], same: ['tcp'], when: 'nova' },
  ),
  ...each({ CONFIG_VNC_SSL_CERT: '', CONFIG_VNC_SSL_KEY: '' }, (initial) =>
    unsupported(
      initial,
      'The console uses the cloud’s certificate. Put one of your own into the vault as `tls_certificate` and `tls_key`.',
      { when: 'horizon-ssl', same: [''] },
    ),
  ),
  ...each({ CONFIG_NOVA_PCI_ALIAS: '[]', CONFIG_NOVA_PCI_PASSTHROUGH_WHITELIST: '[]' }, (initial) =>
    unsupported(initial, 'PCI devices are not handed to instances; flavors that ask for one find no host.', {
      when: 'nova',
      same: ['[]', ''],
    }),
  ),
  CONFIG_NOVA_LIBVIRT_VIRT_TYPE: carried('%{::default_hypervisor}', 'text', 'nova'),
  CONFIG_NEUTRON_L3_EXT_BRIDGE: carried('br-ex', 'text', 'neutron'),
  CONFIG_NEUTRON_METERING_AGENT_INSTALL: absentService(
    'y',
    `${OVN_ROUTERS}, which has no metering agent: traffic of routers is not counted.`,
    'neutron',
  ),
  CONFIG_NEUTRON_VPNAAS: absentService(
    'n',
    `${OVN_ROUTERS}; VPN connections of tenants are not offered.`,
    'neutron',
  ),
  CONFIG_NEUTRON_OVS_BRIDGE_MAPPINGS: carried('extnet:br-ex', 'text', 'ovs'),
  CONFIG_NEUTRON_OVS_BRIDGE_IFACES: carried('', 'text', 'ovs'),
  CONFIG_NEUTRON_OVS_BRIDGES_COMPUTE: carried('', 'text', 'ovs'),
  CONFIG_NEUTRON_OVS_EXTERNAL_PHYSNET: carried('extnet', 'text', 'ovs'),
  CONFIG_NEUTRON_OVS_TUNNEL_IF: carried('', 'text', 'ovs'),
  CONFIG_NEUTRON_OVS_TUNNEL_SUBNETS: carried('', 'text', 'ovs'),
  CONFIG_NEUTRON_OVS_VXLAN_UDP_PORT: unsupported(
    '4789',
    `Tunnels use Geneve, UDP port 6081, and ${OTHER_AGENT} Open that port where a firewall stands between the hosts.`,
    { value: 'port', when: 'ovs' },
  ),
  CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS: carried('extnet:br-ex', 'text', 'ovn'),
  CONFIG_NEUTRON_OVN_BRIDGE_IFACES: carried('', 'text', 'ovn'),
  CONFIG_NEUTRON_OVN_BRIDGES_COMPUTE: carried('', 'text', 'ovn'),
  CONFIG_NEUTRON_OVN_EXTERNAL_PHYSNET: carried('extnet', 'text', 'ovn'),
  CONFIG_NEUTRON_OVN_TUNNEL_IF: carried('', 'text', 'ovn'),
  CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS: carried('', 'text', 'ovn'),
  CONFIG_NEUTRON_ML2_TYPE_DRIVERS: carried('geneve,flat', 'text', 'neutron'),
  CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES: carried('geneve', 'text', 'neutron'),
  CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS: carried('ovn', 'text', 'neutron'),
  CONFIG_NEUTRON_ML2_FLAT_NETWORKS: carried('*', 'text', 'neutron'),
  CONFIG_NEUTRON_ML2_VLAN_RANGES: carried('', 'text', 'neutron'),
  CONFIG_NEUTRON_ML2_TUNNEL_ID_RANGES: unsupported(
    '',
    'GRE tunnels are not used: OVN’s tunnels are Geneve.',
    {
      same: [''],
      when: 'neutron',
    },
  ),
  CONFIG_NEUTRON_ML2_VXLAN_GROUP: unsupported(
    '',
    'Tunnels need no multicast group: OVN knows where every port is.',
    {
      same: [''],
      when: 'neutron',
    },
  ),
  CONFIG_NEUTRON_ML2_VNI_RANGES: meaningless(
    '10:100',
    'Tunnel numbers are taken from the whole range that Geneve has.',
    {
      when: 'neutron',
    },
  ),
  CONFIG_NEUTRON_L2_AGENT: carried('ovn', ['openvswitch', 'ovn', 'linuxbridge'], 'neutron'),
  CONFIG_NEUTRON_ML2_SRIOV_INTERFACE_MAPPINGS: unsupported(
    '',
    'Ports of the kind SR-IOV are not offered: instances use virtio.',
    { same: [''], when: 'neutron' },
  ),
  CONFIG_PROVISION_OVS_BRIDGE: presentService(
    'y',
    'The external bridge is always made, on the hosts that carry the provider network.',
  ),
};
