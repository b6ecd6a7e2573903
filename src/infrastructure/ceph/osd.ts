import { createHash } from 'node:crypto';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { hostsWith } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, file } from '../../resources/index.ts';
import { plain } from '../../secrets/confidential.ts';

/**
 * OSDs on whole block devices or, for a trial, on sparse files; no LVM and no device mapper is needed. Each OSD's
 * uuid follows from cluster, host and device, so that making one again after a cut finds the same OSD id.
 */
export function osdResources(cloud: Cloud, host: Host, configuration: string): readonly Resource[] {
  // Without udev in charge of a device, its owner is root again after a boot.
  const owner = file(
    host.name,
    '/etc/systemd/system/ceph-osd@.service.d/cloudwright.conf',
    `[Service]
ExecStartPre=+/bin/sh -c '[ ! -b /var/lib/ceph/osd/ceph-%i/block ] || chown ceph: "$(readlink -f /var/lib/ceph/osd/ceph-%i/block)"'
`,
  );
  const monitors = hostsWith(cloud, 'mon').map(
    (monitor) => `${monitor.name}/service:ceph-mon@${monitor.name}`,
  );
  const devices = host.devices.map((device) => ({ device, uuid: osdUuid(cloud, host, device) }));
  const make = command(
    host.name,
    'ceph-osds',
    {
      doing: `make ${devices.length} OSD${devices.length === 1 ? '' : 's'} and start ${devices.length === 1 ? 'it' : 'them'}`,
      unless: devices
        .map(
          ({ uuid }) =>
            `id=$(cat /var/lib/cloudwright/osd/${uuid}.id) && [ -e /var/lib/ceph/osd/ceph-$id/ready ] && systemctl is-active --quiet ceph-osd@$id || exit 1`,
        )
        .join('\n'),
      script: ['set -e', 'install -d -m 0700 /var/lib/cloudwright/osd', ...devices.map(makeOsd)].join('\n'),
      limitSeconds: 120 * Math.max(1, devices.length),
    },
    { after: [owner, configuration, ...monitors] },
  );
  return [owner, make];
}

function osdUuid(cloud: Cloud, host: Host, device: string): string {
  const hash = createHash('sha256')
    .update(`${plain(cloud.secrets.ceph_fsid)}/${host.name}/${device}`)
    .digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function makeOsd({ device, uuid }: { readonly device: string; readonly uuid: string }): string {
  const [, path = '', size = ''] = /^file:(.+):([0-9]+[GMT])$/.exec(device) ?? [];
  const block = path
    ? `install -d -o ceph -g ceph "$(dirname ${path})"
  [ -e ${path} ] || truncate -s ${size} ${path}
  chown ceph: ${path}
  ln -sfn ${path} "$data/block"`
    : `if [ -n "$(lsblk -nro MOUNTPOINTS ${device} | tr -d '[:space:]')" ]; then echo "${device} is mounted" >&2; exit 1; fi
  chown ceph: ${device}
  ln -sfn ${device} "$data/block"`;
  return `secret=/var/lib/cloudwright/osd/${uuid}.json
[ -s "$secret" ] || { umask 077; printf '{"cephx_secret": "%s"}' "$(ceph-authtool --gen-print-key)" > "$secret.new"; mv "$secret.new" "$secret"; }
id=$(ceph osd new ${uuid} -i "$secret")
data=/var/lib/ceph/osd/ceph-$id
if [ ! -e "$data/ready" ]; then
  install -d -o ceph -g ceph "$data"
  ${block}
  printf '[osd.%s]\\n\\tkey = %s\\n' "$id" "$(sed 's/.*: "\\(.*\\)".*/\\1/' "$secret")" > "$data/keyring"
  chmod 0600 "$data/keyring"
  echo bluestore > "$data/type"
  chown -h ceph: "$data" "$data/keyring" "$data/type" "$data/block"
  ceph-osd -i "$id" --mkfs --osd-uuid ${uuid} --osd-objectstore bluestore --setuser ceph --setgroup ceph > "$data/../mkfs-$id.log" 2>&1 || { tail -n 20 "$data/../mkfs-$id.log" >&2; exit 1; }
  rm -f "$data/../mkfs-$id.log"
fi
echo "$id" > /var/lib/cloudwright/osd/${uuid}.id
systemctl enable -q "ceph-osd@$id"
systemctl start "ceph-osd@$id"`;
}
