import type { HostGroupAnswer, InitAnswers } from '../cloud/answers.ts';
import { networkNames } from '../cloud/networks.ts';
import { DraftBuilder } from './draft.ts';
import type { Format } from './recognise.ts';
import { renderDraft } from './render.ts';
import type { DraftPath, DraftValue } from './result.ts';
import { namesElsewhere, optionalServices } from './serviceKeys.ts';

/** What a part of a description is called elsewhere; a part that has no name there says so. */
type Names = Readonly<Record<Format, string>>;

/** By path in the description; hosts by role. A test holds every key named here to its installer's list of keys. */
export const likeNames: Readonly<Record<string, Names>> = {
  cloud: { packstack: '', kolla: '', burrito: '' },
  release: {
    packstack: 'The release of the openstack-packstack package.',
    kolla: 'openstack_release in globals.yml.',
    burrito: 'The release of Burrito that was checked out.',
  },
  region: {
    packstack: 'CONFIG_KEYSTONE_REGION.',
    kolla: 'openstack_region_name.',
    burrito: 'Always RegionOne.',
  },
  ssh: {
    packstack: 'CONFIG_SSH_KEY; Packstack always logs in as root.',
    kolla: 'ansible_user and ansible_ssh_private_key_file in the inventory.',
    burrito: 'ansible_user in hosts; the password is vault_ssh_password.',
  },
  'networks.service': {
    packstack: 'None: users reach the controller’s own address.',
    kolla: 'kolla_external_vip_interface, kolla_external_vip_address.',
    burrito: 'svc_iface_name, keepalived_vip_svc.',
  },
  'networks.management': {
    packstack: 'None: the network of CONFIG_CONTROLLER_HOST. The virtual address is new.',
    kolla: 'network_interface, api_interface; the virtual address is kolla_internal_vip_address.',
    burrito: 'mgmt_iface_name; the virtual address is keepalived_vip.',
  },
  'networks.provider': {
    packstack: 'The interface in CONFIG_NEUTRON_OVN_BRIDGE_IFACES, e.g. br-ex:em1.',
    kolla: 'neutron_external_interface.',
    burrito: 'provider_iface_name.',
  },
  'networks.overlay': {
    packstack: 'CONFIG_NEUTRON_OVN_TUNNEL_IF, CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS.',
    kolla: 'tunnel_interface.',
    burrito: 'overlay_iface_name; null where it is null there.',
  },
  'networks.storage': {
    packstack: 'None.',
    kolla: 'None: storage uses the api_interface.',
    burrito: 'storage_iface_name.',
  },
  'role control': {
    packstack: 'CONFIG_CONTROLLER_HOST, CONFIG_AMQP_HOST, CONFIG_MARIADB_HOST; here there may be three.',
    kolla: 'The group control, and loadbalancer.',
    burrito: 'The groups controller-node and kube_control_plane.',
  },
  'role network': {
    packstack: 'CONFIG_NETWORK_HOSTS.',
    kolla: 'The group network.',
    burrito: 'The group network-node.',
  },
  'role compute': {
    packstack: 'CONFIG_COMPUTE_HOSTS.',
    kolla: 'The group compute.',
    burrito: 'The group compute-node.',
  },
  'role storage': {
    packstack: 'CONFIG_STORAGE_HOST, with CONFIG_UNSUPPORTED=y.',
    kolla: 'The group storage; Ceph itself was made elsewhere.',
    burrito: 'The groups mons, mgrs, osds and rgws.',
  },
  devices: {
    packstack:
      'In place of CONFIG_CINDER_VOLUMES_CREATE, CONFIG_CINDER_VOLUMES_SIZE and CONFIG_SWIFT_STORAGES.',
    kolla: 'In place of cinder_volume_group; an outside Ceph is not used.',
    burrito: 'lvm_volumes of each host, or ceph_osd_use_all.',
  },
  time: {
    packstack: 'CONFIG_NTP_SERVERS.',
    kolla: 'None: the hosts keep the time themselves.',
    burrito: 'ntp_servers.',
  },
  ha: {
    packstack: 'None: a Packstack cloud has one of everything.',
    kolla: 'enable_haproxy, keepalived_virtual_router_id.',
    burrito: 'ha_level.',
  },
  storage: {
    packstack: 'CONFIG_CINDER_BACKEND, CONFIG_GLANCE_BACKEND; here all of it is in Ceph.',
    kolla: 'cinder_backend_ceph, glance_backend_ceph, nova_backend_ceph.',
    burrito: 'storage_backends.',
  },
  compute: {
    packstack:
      'CONFIG_NOVA_SCHED_CPU_ALLOC_RATIO, CONFIG_NOVA_SCHED_RAM_ALLOC_RATIO, CONFIG_NOVA_LIBVIRT_VIRT_TYPE.',
    kolla: 'nova_compute_virt_type; the ratios are in config/nova.conf.',
    burrito: 'None: the ratios are in the charts.',
  },
  network: {
    packstack: 'CONFIG_NEUTRON_L2_AGENT, CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS, CONFIG_NEUTRON_ML2_VLAN_RANGES.',
    kolla: 'neutron_plugin_agent, neutron_bridge_name.',
    burrito: 'is_ovs; here the networks are OVN’s.',
  },
  ...namesElsewhere(),
  minimums: { packstack: 'None.', kolla: 'None.', burrito: 'min_hw_reqs.yml of each group.' },
  test: {
    packstack: 'CONFIG_PROVISION_DEMO_FLOATRANGE, CONFIG_PROVISION_DEMO_ALLOCATION_POOLS.',
    kolla: 'EXT_NET_CIDR and EXT_NET_RANGE of init-runonce.',
    burrito: 'What btx --test asks for.',
  },
};

const TITLES: Readonly<Record<Format, string>> = {
  packstack: 'Packstack',
  kolla: 'Kolla Ansible',
  burrito: 'Burrito',
};

const PASSWORDS: Readonly<Record<Format, string>> = {
  packstack: 'CONFIG_DEFAULT_PASSWORD, CONFIG_KEYSTONE_ADMIN_PW and the others',
  kolla: 'passwords.yml',
  burrito: 'group_vars/all/vault.yml',
};

/**
 * A starting description for those who come from another installer: each part says what it was called there
 * (`init --like`). Valid whenever the answers are.
 */
export function likeDescription(format: Format, answers: InitAnswers): string {
  const draft = new DraftBuilder();
  const title = TITLES[format];
  const named = (path: DraftPath, name = path.join('.')): void => {
    const there = likeNames[name]?.[format];
    if (there) draft.comment(path, `${title}: ${there}`);
  };
  const set = (path: DraftPath, value: DraftValue, name?: string): void => {
    draft.set(path, value);
    named(path, name);
  };
  set(['cloud'], answers.name);
  set(['release'], '2025.1');
  set(['region'], 'RegionOne');
  draft.set(['ssh', 'user'], answers.sshUser);
  if (answers.sshKey !== undefined) draft.set(['ssh', 'key'], answers.sshKey);
  if (answers.sshConfig !== undefined) draft.set(['ssh', 'config'], answers.sshConfig);
  named(['ssh']);
  setNetworks(draft, answers);
  for (const network of networkNames) {
    if (draft.get(['networks', network]) !== undefined) named(['networks', network]);
  }
  setHosts(draft, answers, (path, name) => named(path, name));
  set(['time'], { servers: answers.timeServers });
  set(['ha'], { level: 'moderato', virtual_router_id: 51 });
  set(['storage'], { backends: ['ceph'] });
  set(['network'], { mechanism: 'ovn' });
  set(['compute'], { virtualization: 'auto', cpu_ratio: 4, memory_ratio: 1 });
  for (const { name } of optionalServices) set(['services', name], true);
  const packages = {
    ...(answers.mirror !== undefined && { mirror: answers.mirror }),
    ...(answers.proxy !== undefined && { proxy: answers.proxy }),
  };
  if (Object.keys(packages).length > 0) draft.set(['packages'], packages);
  if (answers.trial) {
    const small = { cpus: 1, memory_gib: 3, disk_gib: 8 };
    set(['minimums'], {
      control: small,
      network: small,
      compute: small,
      storage: { ...small, device_gib: 5 },
    });
  }
  if (answers.test) {
    const { cidr, gateway, first, last } = answers.test;
    set(['test'], {
      provider_cidr: cidr,
      ...(gateway !== undefined && { provider_gateway: gateway }),
      first_address: first,
      last_address: last,
    });
  }
  const heading = `A cloud for Cloudwright, for those who know ${title}: each part says what it was called there.\nPasswords (${PASSWORDS[format]}) are kept in vault.yml, encrypted: \`cloudwright vault make\`.`;
  return renderDraft(draft.build(), heading).text;
}

function setNetworks(draft: DraftBuilder, answers: InitAnswers): void {
  const { interfaces, managementCidr, vip, serviceCidr, serviceVip, overlayCidr, storageCidr } = answers;
  const at = (network: string, value: DraftValue): unknown => draft.set(['networks', network], value);
  if (serviceCidr !== undefined) {
    at('service', {
      interface: interfaces.service,
      cidr: serviceCidr,
      ...(serviceVip !== undefined && { vip: serviceVip }),
    });
  }
  at('management', { interface: interfaces.management, cidr: managementCidr, vip });
  at('provider', { interface: interfaces.provider });
  at('overlay', overlayCidr === undefined ? null : { interface: interfaces.overlay, cidr: overlayCidr });
  if (storageCidr !== undefined) at('storage', { interface: interfaces.storage, cidr: storageCidr });
}

type Named = (path: DraftPath, name: string) => void;

function setHosts(draft: DraftBuilder, answers: InitAnswers, named: Named): void {
  const { control, compute, storage, devices } = answers;
  const seen = new Set<string>();
  const add = (stem: string, group: HostGroupAnswer, roles: readonly string[]): void => {
    const key = group.count > 1 ? `${stem}[1:${group.count}]` : `${stem}1`;
    const path = ['hosts', key];
    draft.set([...path, 'address'], group.firstAddress);
    draft.set([...path, 'roles'], roles);
    for (const role of roles) {
      if (!seen.has(role)) named([...path, 'roles'], `role ${role}`);
      seen.add(role);
    }
    if (!roles.includes('storage')) return;
    draft.set([...path, 'devices'], devices);
    named([...path, 'devices'], 'devices');
  };
  const controlRoles = ['control', 'network'];
  if (!compute) controlRoles.push('compute');
  if (!storage) controlRoles.push('storage');
  add('control', control, controlRoles);
  if (compute) add('compute', compute, ['compute']);
  if (storage) add('storage', storage, ['storage']);
}
