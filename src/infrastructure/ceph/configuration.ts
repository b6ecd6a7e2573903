import type { Cloud } from '../../cloud/cloud.ts';
import { hostsWith, storageAddress } from '../../cloud/topology.ts';
import { MANAGED } from '../../resources/index.ts';
import { plain } from '../../secrets/confidential.ts';

/** Where the object gateway asks about its callers. */
export interface GatewayIdentity {
  /** Keystone without a path: `http://192.0.2.100:5000`. */
  readonly url: string;
  /** Folder of the gateways' data. */
  readonly data: string;
}

/** /etc/ceph/ceph.conf: the same on every host that talks to Ceph. */
export function cephConfiguration(cloud: Cloud, identity?: GatewayIdentity): string {
  const monitors = hostsWith(cloud, 'mon');
  const network = cloud.networks.storage?.cidr ?? cloud.networks.management.cidr;
  const { poolSize, poolMinSize, pgNum } = cloud.ceph;
  return `# ${MANAGED}
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
osd_crush_chooseleaf_type = ${hostsWith(cloud, 'osd').length > 1 ? 1 : 0}
${poolSize === 1 ? 'mon_warn_on_pool_no_redundancy = false\nmon_allow_pool_size_one = true\n' : ''}
[osd]
# An OSD that is late on a busy host is not dead.
osd_heartbeat_grace = 20
osd_heartbeat_interval = 3

[mon]
mon_osd_down_out_interval = 300
${
  identity
    ? hostsWith(cloud, 'rgw')
        .map((host) => gateway(host.name, identity))
        .join('')
    : ''
}`;
}

/** Users of Keystone are users of the object store, over Swift and S3. */
function gateway(host: string, { url, data }: GatewayIdentity): string {
  return `
[client.rgw.${host}]
rgw_keystone_url = ${url}
rgw_keystone_api_version = 3
rgw_keystone_admin_user = swift
rgw_keystone_admin_password_path = ${data}/ceph-rgw.${host}/keystone-password
rgw_keystone_admin_domain = Default
rgw_keystone_admin_project = service
rgw_keystone_accepted_roles = member,admin
rgw_keystone_implicit_tenants = false
rgw_s3_auth_use_keystone = true
rgw_swift_account_in_url = true
# haproxy ends TLS and says so in a header.
rgw_trust_forwarded_https = true
rgw_swift_versioning_enabled = true
`;
}
