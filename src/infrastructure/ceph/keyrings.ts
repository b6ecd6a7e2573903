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

/** What a monitor is born with; the admin and bootstrap keys are in it, so that they work from the first second. */
export function monitorKeyring(cloud: Cloud): Text {
  return text`[mon.]
\tkey = ${cloud.secrets.ceph_mon_key}
\tcaps mon = "allow *"
${adminKeyring(cloud)}${bootstrapKeyring(cloud)}`;
}
