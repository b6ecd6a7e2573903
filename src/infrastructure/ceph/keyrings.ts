import type { Cloud } from '../../cloud/cloud.ts';
import { type Text, text } from '../../secrets/confidential.ts';

export function adminKeyring(cloud: Cloud): Text {
  return text`[client.admin]
\tkey = ${cloud.secrets.ceph_admin_key}
\tcaps mds = "allow *"
\tcaps mgr = "allow *"
\tcaps mon = "allow *"
\tcaps osd = "allow *"
`;
}

export function bootstrapKeyring(cloud: Cloud): Text {
  return text`[client.bootstrap-osd]
\tkey = ${cloud.secrets.ceph_bootstrap_osd_key}
\tcaps mgr = "allow r"
\tcaps mon = "profile bootstrap-osd"
`;
}

/** What a monitor is created with; it includes the admin and bootstrap keys, so that they work at once. */
export function monitorKeyring(cloud: Cloud): Text {
  return text`[mon.]
\tkey = ${cloud.secrets.ceph_mon_key}
\tcaps mon = "allow *"
${adminKeyring(cloud)}${bootstrapKeyring(cloud)}`;
}
