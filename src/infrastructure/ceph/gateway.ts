import type { Cloud } from '../../cloud/cloud.ts';
import { controlHosts, hostsWith, vip } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, file, service } from '../../resources/index.ts';
import { text } from '../../secrets/confidential.ts';
import { ports } from '../shared/endpoints.ts';

/** The object gateway on each rgw host, and the object-store user with an s3cfg on the control hosts (C8). */
export function objectGatewayResources(cloud: Cloud): readonly Resource[] {
  if (!cloud.services.has('object-store')) return [];
  const gateways = hostsWith(cloud, 'rgw');
  const daemons = gateways.flatMap((host) => {
    const id = `rgw.${host.name}`;
    const data = `/var/lib/ceph/radosgw/ceph-${id}`;
    const frontend = file(
      host.name,
      '/etc/systemd/system/ceph-radosgw@.service.d/cloudwright.conf',
      `[Service]
ExecStart=
ExecStart=/usr/bin/radosgw -f --cluster ceph --name client.%i --setuser ceph --setgroup ceph --keyring /var/lib/ceph/radosgw/ceph-%i/keyring --rgw-frontends "beast endpoint=${host.addresses.management}:${ports.objectGateway}" --rgw-thread-pool-size 64
`,
    );
    const key = command(
      host.name,
      'ceph-gateway-key',
      {
        doing: 'give the object gateway its key',
        unless: `[ -s ${data}/keyring ]`,
        script: [
          'set -e',
          `install -d -o ceph -g ceph ${data}`,
          `ceph auth get-or-create client.${id} mon 'allow rw' osd 'allow rwx' -o ${data}/keyring.new`,
          `chown ceph: ${data}/keyring.new && chmod 0600 ${data}/keyring.new && mv ${data}/keyring.new ${data}/keyring`,
        ].join('\n'),
        limitSeconds: 60,
      },
      { after: hostsWith(cloud, 'osd').map((osd) => `${osd.name}/command:ceph-osds`) },
    );
    return [frontend, key, service(host.name, `ceph-radosgw@${id}`, { watches: [frontend], after: [key] })];
  });
  const first = gateways[0];
  if (!first) return daemons;
  const user = cloud.objectStoreUser;
  const account = command(
    first.name,
    'object-store-user',
    {
      doing: `make the object-store user ${user}`,
      // Without OSDs the question waits for ever; and an argument of grep would stand in the process list.
      unless: text`[ -s /var/lib/ceph/radosgw/ceph-rgw.${first.name}/keyring ] || exit 1
found=$(timeout 15 radosgw-admin user info --uid=${user}) || exit 1
case $found in *'"access_key": "${cloud.secrets.rgw_access_key}"'*) ;; *) exit 1;; esac
case $found in *'"secret_key": "${cloud.secrets.rgw_secret_key}"'*) ;; *) exit 1;; esac`,
      // The keys travel in an environment variable that Ceph's tools read as further arguments: an argument
      // would stand in the process list.
      script: text`set -e
if radosgw-admin user info --uid=${user} >/dev/null 2>&1; then verb='key create'; else verb='user create --display-name=${user}'; fi
CEPH_ARGS="--access-key=${cloud.secrets.rgw_access_key} --secret-key=${cloud.secrets.rgw_secret_key}" radosgw-admin $verb --uid=${user} >/dev/null`,
      limitSeconds: 60,
    },
    { after: [`${first.name}/service:ceph-radosgw@rgw.${first.name}`] },
  );
  const access = controlHosts(cloud).map((host) =>
    file(
      host.name,
      '/root/.s3cfg',
      text`[default]
access_key = ${cloud.secrets.rgw_access_key}
secret_key = ${cloud.secrets.rgw_secret_key}
host_base = ${vip(cloud)}:${ports.objectStore}
host_bucket = ${vip(cloud)}:${ports.objectStore}
use_https = False
`,
      { mode: '0600' },
    ),
  );
  return [...daemons, account, ...access];
}
