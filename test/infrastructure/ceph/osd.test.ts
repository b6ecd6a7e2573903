import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import administrator from '../../../src/infrastructure/ceph/administrator.sh';
import osd from '../../../src/infrastructure/ceph/osd.sh';
import { osdResources } from '../../../src/infrastructure/ceph/osd.ts';
import osdOwner from '../../../src/infrastructure/ceph/osdOwner.sh';
import { debian13 } from '../../../src/platform/debian-13/table.ts';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { shellProgram } from '../../../src/resources/index.ts';
import { reveal, text } from '../../../src/secrets/confidential.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';
import { content, threeControls } from '../../steps/clouds.ts';

const root = scratch();
const UUID = '11111111-2222-4333-a444-555555555555';

/** A storage host whose cluster gives the id 7 to the uuid. */
function host() {
  const place = mkdtempSync(join(root, 'host-'));
  const at = (path: string) => join(place, path);
  mkdirSync(at('osds'));
  mkdirSync(at('var/lib/cloudwright'), { recursive: true });
  const note = (what: string) => `echo ${what} >>'${at('log')}'`;
  const tools = {
    'ceph-authtool': '[ "$*" = --gen-print-key ] || unexpected "$@"\necho AQkey==',
    ceph: `[ "$1 $2 $3 $4 $5" = '--connect-timeout 30 --name client.admin --keyring' ] || unexpected "$@"
[ "$(cat "$6")" = '[client.admin]' ] && [ "$(stat -c %a "$6")" = 600 ] || unexpected "$@"
shift 6
case "$*" in
'osd new ${UUID} -i '*)
  [ ! -e '${at('known')}' ] || { echo 'Error EEXIST: entity osd.7 exists but key does not match' >&2; exit 17; }
  grep -q '"cephx_secret": "AQkey=="' "$5" && [ "$(stat -c %a "$5")" = 600 ] || unexpected "$@"
  echo 7 ;;
'osd dump')
  echo 'osd.3 up in weight 1 [v2:192.0.2.13:6800] exists,up 22222222-2222-4333-a444-555555555555'
  [ ! -e '${at('known')}' ] || echo 'osd.7 down in weight 1 exists ${UUID}' ;;
'auth get-key osd.7') echo AQold== ;;
'osd destroy 7 --yes-i-really-mean-it') ${note('destroy')} ;;
'osd new ${UUID} 7 -i '*) ${note('new')} ;;
*) unexpected "$@" ;;
esac`,
    install: `for path; do :; done
case "$*" in '-d -o ceph -g ceph '* | '-d -m 0700 '*) mkdir -p "$path" ;; *) unexpected "$@" ;; esac`,
    chown: 'case "$1 $2" in "ceph: "* | "-h ceph:") ;; *) unexpected "$@" ;; esac',
    // What is done as the daemons' user: everything in its folders.
    setpriv: `[ "$1 $2 $3 $4" = '--reuid=ceph --regid=ceph --init-groups --' ] || unexpected "$@"
shift 4
"$@" || exit
for path; do :; done
case $path in */keyring) [ "$(stat -c %a "$path")" = 600 ] || unexpected "$@" ;; esac`,
    truncate: `[ "$1 $2" = '-s 20G' ] || unexpected "$@"\n: >"$3"`,
    'ceph-osd': `case "$*" in "-i 7 --mkfs --osd-uuid ${UUID} --osd-objectstore bluestore --setuser ceph --setgroup ceph") ;; *) unexpected "$@" ;; esac
[ ! -e '${at('broken')}' ] || { echo 'bdev() open failed'; exit 1; }
${note('mkfs')}
: >'${at('osds')}/ceph-7/ready'`,
    systemctl: `case "$*" in
'is-active --quiet ceph-osd@7') [ -e '${at('running')}' ] ;;
'enable -q ceph-osd@7') ;;
'start ceph-osd@7') : >'${at('running')}' ;;
*) unexpected "$@" ;;
esac`,
  };
  const program = (act: string, size: string) =>
    shellProgram([administrator, osd], {
      admin_keyring: act === 'create' ? '[client.admin]' : '',
      act,
      uuid: UUID,
      device: at('device'),
      size,
      user: 'ceph',
      data: at('osds'),
      unit: 'ceph-osd@',
    });
  const fake = rehearsal(place, tools);
  const made = () => (existsSync(at('log')) ? readFileSync(at('log'), 'utf8') : '');
  return {
    at,
    made,
    calls: () => fake.calls(),
    run: (act: string, size = '20G') => fake.run(text`umask 022\n${program(act, size)}`),
  };
}

describe('one OSD', () => {
  it('is made and started, with its key readable by Ceph alone from the first moment', () => {
    const fake = host();
    expect(fake.run('running').code).not.toBe(0);
    expect(fake.run('exists').code).not.toBe(0);
    expect(fake.run('create')).toMatchObject({ code: 0, stderr: '' });
    expect(fake.run('exists').code).toBe(0);
    expect(fake.run('running').code).toBe(0);
    expect(readFileSync(fake.at('osds/ceph-7/keyring'), 'utf8')).toBe('[osd.7]\n\tkey = AQkey==\n');
    expect(fake.calls().join('\n')).not.toContain('AQkey');
  });

  it('is never made twice: what is on its device stays', () => {
    const fake = host();
    fake.run('create');
    expect(fake.run('create').code).toBe(0);
    expect(fake.made()).toBe('mkfs\n');
  });

  it('is not known before it is whole: a cut leads to the same OSD again', () => {
    const fake = host();
    writeFileSync(fake.at('broken'), '');
    expect(fake.run('create')).toMatchObject({ code: 1, stderr: 'bdev() open failed\n' });
    expect(fake.run('exists').code).not.toBe(0);
    expect(fake.run('running').code).not.toBe(0);
  });

  const LABEL = 'bluestore block device';

  // A file that was left by another cluster, or by this host under another name, was formatted anew.
  it('refuses a file that holds another OSD, and leaves it as it is', () => {
    const fake = host();
    const other = `${LABEL}\n99999999-8888-4777-a666-555555555555\nits data\n`;
    writeFileSync(fake.at('device'), other);
    expect(fake.run('create')).toMatchObject({
      code: 1,
      stderr: `${fake.at('device')} belongs to the OSD 99999999-8888-4777-a666-555555555555; nothing was changed\n`,
    });
    expect(fake.made()).toBe('');
    expect(readFileSync(fake.at('device'), 'utf8')).toBe(other);
    expect(fake.calls().some((call) => /^(chown|systemctl) .*(device|start)/.test(call))).toBe(false);
    expect(fake.run('exists').code).not.toBe(0);
  });

  it('refuses a file that holds anything else, and takes one of zeros', () => {
    const fake = host();
    const other = `${'\0'.repeat(1080)}\x53\xef a file system`;
    writeFileSync(fake.at('device'), other);
    expect(fake.run('create')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${fake.at('device')} holds data`),
    });
    expect(fake.made()).toBe('');
    expect(readFileSync(fake.at('device'), 'utf8')).toBe(other);
    writeFileSync(fake.at('device'), '\0'.repeat(8192));
    expect(fake.run('create')).toMatchObject({ code: 0, stderr: '' });
  });

  it('goes on with a file that holds its own OSD', () => {
    const fake = host();
    writeFileSync(fake.at('device'), `${LABEL}\n${UUID}\n`);
    expect(fake.run('create')).toMatchObject({ code: 0, stderr: '' });
    expect(fake.run('running').code).toBe(0);
  });

  it('takes the place of an OSD that the cluster knows and whose device was replaced', () => {
    const fake = host();
    writeFileSync(fake.at('known'), '');
    expect(fake.run('create')).toMatchObject({ code: 0, stderr: '' });
    expect(fake.made()).toBe('destroy\nnew\nmkfs\n');
    expect(readFileSync(fake.at('osds/ceph-7/keyring'), 'utf8')).toContain('key = AQkey==');
  });

  it('goes on with the data of an OSD whose host was reinstalled', () => {
    const fake = host();
    writeFileSync(fake.at('known'), '');
    writeFileSync(fake.at('device'), `${LABEL}\n${UUID}\n`);
    expect(fake.run('create')).toMatchObject({ code: 0, stderr: '' });
    expect(fake.made()).toBe('mkfs\n');
    expect(readFileSync(fake.at('osds/ceph-7/keyring'), 'utf8')).toContain('key = AQold==');
  });

  it('records its device where only root can write, and does so for an OSD of an earlier version too', () => {
    const fake = host();
    fake.run('create');
    const record = fake.at('var/lib/cloudwright/osd/7.device');
    expect(readFileSync(record, 'utf8')).toBe(`${fake.at('device')}\n`);
    expect(statSync(fake.at('var/lib/cloudwright/osd')).mode & 0o777).toBe(0o700);
    rmSync(record);
    expect(fake.run('running').code).not.toBe(0);
    expect(fake.run('create')).toMatchObject({ code: 0, stderr: '' });
    expect(fake.run('running').code).toBe(0);
    expect(fake.made()).toBe('mkfs\n');
  });

  it('is put into its folder by the daemons’ user, never by root', () => {
    const fake = host();
    fake.run('create');
    const inFolder = fake.calls().filter((call) => call.includes(fake.at('osds/ceph-7')));
    expect(inFolder.length).toBeGreaterThanOrEqual(4);
    for (const call of inFolder) expect(call).toMatch(/^setpriv --reuid=ceph /);
  });

  it('makes no file where it has a block device', () => {
    const fake = host();
    writeFileSync(fake.at('device'), '');
    expect(fake.run('create', '').code).toBe(0);
    expect(fake.calls().some((call) => call.startsWith('truncate'))).toBe(false);
  });
});

describe('the owner of a device', () => {
  /** Runs the program on a host where `readlink` and the test for a block device are real. */
  function own(record: string | undefined) {
    const place = mkdtempSync(join(root, 'owner-'));
    if (record !== undefined) writeFileSync(join(place, 'record'), `${record}\n`);
    const fake = rehearsal(place, { chown: '[ "$1 $2" = "-- ceph:" ] || unexpected "$@"' });
    const script = `set -- '${join(place, 'record')}' ceph\n${osdOwner}`;
    return { answer: fake.run(script), calls: fake.calls() };
  }

  it('is set by the record of root, whatever the daemons put into their folder', () => {
    const device = readdirSync('/dev')
      .map((name) => `/dev/${name}`)
      .find((path) => statSync(path).isBlockDevice());
    if (device === undefined) throw new Error('this machine has no block device to look at');
    expect(own(device)).toMatchObject({
      answer: { code: 0, stderr: '' },
      calls: [`chown -- ceph: ${device}`],
    });
  });

  it.each([
    ['no record', undefined],
    ['a file', '/etc/passwd'],
    ['no device', '/dev/none'],
  ])('is left alone where there is %s', (_, record) => {
    expect(own(record)).toEqual({ answer: { code: 0, stdout: '', stderr: '' }, calls: [] });
  });

  it('is asked for before each start', () => {
    const unit = content(
      threeControls(),
      'storage1',
      '/etc/systemd/system/ceph-osd@.service.d/cloudwright.conf',
    );
    expect(unit).toBe(
      '[Service]\nExecStartPre=+/usr/local/sbin/cloudwright-osd-owner /var/lib/cloudwright/osd/%i.device ceph\n',
    );
  });
});

describe('the OSDs of a host', () => {
  const { cloud } = threeControls();
  const commandOn = (name: string) => {
    const host = cloud.hosts.find((candidate) => candidate.name === name);
    const made =
      host && osdResources(cloud, host, debian13.components, []).find(({ id }) => id.endsWith('ceph-osds'));
    if (!made) throw new Error(`no OSDs on ${name}`);
    return made.desired as CommandDesired;
  };

  it('look at a block device before they take it, whatever the run was asked to do', () => {
    const script = reveal(commandOn('storage1').script);
    expect(script.match(/is mounted/g)).toHaveLength(2);
    for (const device of ['/dev/sdb', '/dev/sdc']) expect(script).toContain(`device='${device}'`);
  });

  // The hosts of a cloud that was deployed by an earlier version have this one.
  it('keep their uuids from one version to the next', () => {
    expect(reveal(commandOn('storage1').script)).toContain("uuid='46dca51c-3b5c-441c-ab74-fec70b317f4c'");
  });

  it('have uuids of their own, on every device of every host', () => {
    const uuids = ['storage1', 'storage2', 'storage3'].flatMap((name) => [
      ...new Set(
        [...reveal(commandOn(name).script).matchAll(/uuid='([0-9a-f-]{36})'/g)].map((found) => found[1]),
      ),
    ]);
    expect(uuids).toHaveLength(6);
    expect(new Set(uuids).size).toBe(6);
  });
});
