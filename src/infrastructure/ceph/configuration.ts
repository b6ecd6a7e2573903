import type { Cloud } from '../../cloud/cloud.ts';
import { hostsWith, storageAddress } from '../../cloud/topology.ts';
import { plain } from '../../secrets/confidential.ts';

/** /etc/ceph/ceph.conf: the same on every host that talks to Ceph. */
export function cephConfiguration(cloud: Cloud): string {
  const monitors = hostsWith(cloud, 'mon');
  const network = cloud.networks.storage?.cidr ?? cloud.networks.management.cidr;
  const { poolSize, poolMinSize, pgNum, osdMemory } = cloud.ceph;
  return `# Managed by Cloudwright; changes are put back at the next apply.
[global]
fsid = ${plain(cloud.secrets.ceph_fsid)}
mon_initial_members = ${monitors.map((host) => host.name).join(',')}
mon_host = ${monitors.map(storageAddress).join(',')}
public_network = ${network}
cluster_network = ${network}
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = false
# The "restful" module, on by default, can not be loaded with Python 3.13 and would keep the health at a warning.
mgr_initial_modules = iostat
osd_pool_default_size = ${poolSize}
osd_pool_default_min_size = ${poolMinSize}
osd_pool_default_pg_num = ${pgNum}
osd_pool_default_pgp_num = ${pgNum}
osd_pool_default_pg_autoscale_mode = off
mon_max_pg_per_osd = 500
mon_clock_drift_allowed = 0.5
mon_data_avail_warn = 5
mon_data_avail_crit = 2
osd_memory_target = ${osdMemory}
osd_crush_chooseleaf_type = ${hostsWith(cloud, 'osd').length > 1 ? 1 : 0}
${poolSize === 1 ? 'mon_warn_on_pool_no_redundancy = false\nmon_allow_pool_size_one = true\n' : ''}
[osd]
osd_heartbeat_grace = 10
osd_heartbeat_interval = 3

[mon]
mon_osd_down_out_interval = 300
`;
}
