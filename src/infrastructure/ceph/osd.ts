import type { Cloud, Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import { type Platform, pathOf, unitOf } from '../../platform/platform.ts';
import { command, file, STATE_DIRECTORY, shellProgram } from '../../resources/index.ts';
import { joinTexts, plain, type Text, text } from '../../secrets/confidential.ts';
import { derivedUuid } from '../derivedUuid.ts';
import administrator from './administrator.sh';
import { adminKeyring } from './keyrings.ts';
import osd from './osd.sh';
import { osdDeviceGuard } from './osdDevices.ts';
import osdOwner from './osdOwner.sh';

const OWNER = 'cloudwright-osd-owner';

interface Device {
  /** A block device, or a file for a trial. */
  readonly path: string;
  /** Of a file: `20G`. */
  readonly size: string;
  readonly uuid: string;
}

/**
 * OSDs on whole block devices or, for a trial, on sparse files; no LVM and no device mapper is needed. Each OSD's
 * uuid follows from cluster, host and device, so that creating one again after a cut finds the same OSD id.
 */
export function osdResources(
  cloud: Cloud,
  host: Host,
  components: Platform['components'],
  after: readonly string[],
): readonly Resource[] {
  const unit = unitOf(components['ceph-osd'], 'server');
  const user = components.ceph.user ?? 'root';
  const data = pathOf(components['ceph-osd'], 'data');
  // OSDs stay where they are until somebody has drained them, and they need it at every boot.
  const keep = { keep: true } as const;
  const ownerProgram = file(host.name, `/usr/local/sbin/${OWNER}`, osdOwner, { mode: '0755', ...keep });
  const owner = file(
    host.name,
    `/etc/systemd/system/${unit}.service.d/cloudwright.conf`,
    `[Service]\nExecStartPre=+/usr/local/sbin/${OWNER} ${STATE_DIRECTORY}/osd/%i.device ${user}\n`,
    { after: [ownerProgram], ...keep },
  );
  const devices = host.devices.map((device) => deviceOf(cloud, host, device));
  const program = (act: 'running' | 'exists' | 'create', { path, size, uuid }: Device): Text =>
    shellProgram([administrator, osd], {
      ...{ act, uuid, device: path, size, user, data, unit },
      admin_keyring: act === 'create' ? adminKeyring(cloud) : '',
    });
  const create = (device: Device): Text =>
    device.size === ''
      ? text`${program('exists', device)} || ${osdDeviceGuard(device.path, device.uuid)} || exit 1\n${program('create', device)} || exit 1`
      : text`${program('create', device)} || exit 1`;
  const made = command(
    host.name,
    'ceph-osds',
    {
      doing: `create and start ${devices.length === 1 ? 'one OSD' : `${devices.length} OSDs`}`,
      unless: joinTexts(
        devices.map((device) => text`${program('running', device)} || exit 1`),
        '\n',
      ),
      script: joinTexts(devices.map(create), '\n'),
      limitSeconds: 120 * Math.max(1, devices.length),
    },
    { after: [owner, ...after] },
  );
  return [ownerProgram, owner, made];
}

function deviceOf(cloud: Cloud, host: Host, device: string): Device {
  const [, path, size] = /^file:(.+):([0-9]+[GMT])$/.exec(device) ?? [];
  return { path: path ?? device, size: size ?? '', uuid: osdUuid(cloud, host, device) };
}

function osdUuid(cloud: Cloud, host: Host, device: string): string {
  return derivedUuid(`${plain(cloud.secrets.ceph_fsid)}/${host.name}/${device}`);
}
