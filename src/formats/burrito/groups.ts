import type { RoleGroups } from '../ansible/hosts.ts';

const reasons: Readonly<Record<string, string>> = {
  clients: 'every host that uses Ceph gets its client anyway',
  ceph: 'holds other groups only',
  ceph_servers: 'holds other groups only',
  kube_control_plane: 'of Kubernetes; here the services are systemd units on the hosts',
  kube_node: 'of Kubernetes; here the services are systemd units on the hosts',
  k8s_cluster: 'of Kubernetes; here the services are systemd units on the hosts',
  calico_rr: 'of Kubernetes; here the services are systemd units on the hosts',
  etcd: 'of Kubernetes; here the services are systemd units on the hosts',
  bastion: 'a jump host is set in the ssh_config',
};

/** Groups of the PowerFlex inventories, old names included. */
const POWERFLEX = /^(?:mdm|sds|sdc|powerflex|gateway|presentation|pfmp(?:_installer|_mvm|_node)?)$/;

/** The groups of a Burrito inventory. */
export const burritoGroups: RoleGroups = {
  roles: {
    'controller-node': ['control'],
    'network-node': ['network'],
    'compute-node': ['compute'],
    mons: ['mon'],
    mgrs: ['mgr'],
    osds: ['osd'],
    rgws: ['rgw'],
  },
  others: (group) =>
    reasons[group] ??
    (POWERFLEX.test(group) ? 'of PowerFlex, which Cloudwright cannot deploy yet' : undefined),
  addressVariable: 'ip',
};
