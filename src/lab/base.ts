import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command, type Report } from '../system/command.ts';
import { fileExists, readJson, removeTree } from '../system/files.ts';
import { withSignal } from '../system/interrupt.ts';
import { withLock } from '../system/lock.ts';
import { type Mirror, nodeUri, sourceLines } from '../system/mirror.ts';
import { startTime } from '../system/process.ts';
import { makeGroup, removeGroup } from './controlGroups.ts';
import { controlGroup, type LabLocation } from './names.ts';
import { inGroup, killGroups } from './processes.ts';
import { writeInTree } from './trees.ts';

export const RELEASE = 'trixie';

/** What a Debian server has after its installer, plus sshd and sudo: deploys must work on this and nothing more. */
const PACKAGES = [
  'adduser', 'ca-certificates', 'dbus', 'init', 'iproute2', 'iputils-ping', 'kmod', 'less', 'libpam-systemd',
  'logrotate', 'netbase', 'openssh-server', 'procps', 'sudo', 'systemd', 'systemd-sysv', 'tzdata', 'udev',
]; // biome-ignore format: a list reads better in few lines

/** Raise it when the recipe below changes, so that older trees are not used. */
const RECIPE = 1;

/** Days after which the package indexes in the tree are too old to install from. */
const DAYS_FRESH = 7;

interface Stamp {
  readonly recipe: number;
  readonly release: string;
  readonly sources: readonly string[];
  readonly settings: readonly string[];
  readonly packages: readonly string[];
}

export interface BaseTree {
  /** Name of its folder below `<directory>/base/`. */
  readonly id: string;
  readonly tree: string;
}

/** The base tree of that id, where a complete one exists. */
export async function findBase(directory: string, id: string): Promise<BaseTree | undefined> {
  const tree = join(directory, 'base', id, 'tree');
  return (await fileExists(join(directory, 'base', id, 'stamp.json'))) ? { id, tree } : undefined;
}

/** Finds or makes the tree below all nodes. Made under another name and renamed, so that only complete trees are found. */
export async function ensureBase(location: LabLocation, mirror: Mirror, report: Report): Promise<BaseTree> {
  const stamp: Stamp = {
    recipe: RECIPE,
    release: RELEASE,
    sources: sourceLines(mirror, RELEASE, (uri) => uri),
    settings: mirror.settings,
    packages: PACKAGES,
  };
  const folder = join(location.directory, 'base');
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const found = await newest(folder, stamp);
  if (found) return found;
  return await withLock(
    join(folder, 'lock'),
    'the base tree',
    async () => (await newest(folder, stamp)) ?? (await makeBase(location, folder, stamp, mirror, report)),
    900,
  );
}

/** The newest complete and fresh tree with the same stamp. */
async function newest(folder: string, stamp: Stamp): Promise<BaseTree | undefined> {
  const oldest = day(new Date(Date.now() - DAYS_FRESH * 86_400_000));
  const wanted = JSON.stringify(stamp);
  for (const id of (await readdir(folder)).sort().reverse()) {
    if (!id.startsWith(`${RELEASE}-`) || (id.split('-')[1] ?? '') < oldest) continue;
    const there = await readJson<Stamp>(join(folder, id, 'stamp.json'));
    if (there && JSON.stringify(there) === wanted) return { id, tree: join(folder, id, 'tree') };
  }
  return undefined;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll('-', '');
}

async function makeBase(
  location: LabLocation,
  folder: string,
  stamp: Stamp,
  mirror: Mirror,
  report: Report,
): Promise<BaseTree> {
  await removeAbandoned(folder);
  report(`making the base tree: Debian 13 (${RELEASE}) from ${mirror.archive}, about half a minute, once`);
  const hash = createHash('sha256').update(JSON.stringify(stamp)).digest('hex').slice(0, 8);
  const id = `${RELEASE}-${day(new Date())}-${hash}`;
  const temporary = join(folder, `making-${process.pid}-${await startTime(process.pid)}`);
  const tree = join(temporary, 'tree');
  await mkdir(temporary, { mode: 0o755 });
  const settings = [...stamp.settings, 'Acquire::Languages "none";'];
  if (mirror.proxy) settings.push(`Acquire::http::Proxy "${mirror.proxy}";`);
  const group = await makeGroup(controlGroup(location.name, 'making'));
  const [shell = '/bin/sh', ...args] = inGroup(group, 'unshare', [
    '--mount', // its mounts in the tree end with it, and a crash leaves none
    '--propagation=private',
    'mmdebstrap',
    '--quiet',
    '--mode=root',
    '--variant=minbase',
    `--include=${stamp.packages.join(',')}`,
    ...settings.map((line) => `--aptopt=${line}`),
    '--skip=cleanup/apt/lists',
    RELEASE,
    tree,
    ...stamp.sources,
  ]);
  try {
    await command(shell, args, { doing: 'make the base tree', limitSeconds: 900 });
    await finishTree(tree, stamp, mirror);
  } catch (error) {
    await withSignal(undefined, async () => {
      // The programs that mmdebstrap started may outlive it.
      await killGroups([controlGroup(location.name, 'making')]);
      await removeTree(temporary);
    });
    throw error;
  } finally {
    await removeGroup(controlGroup(location.name, 'making'));
  }
  await writeFile(join(temporary, 'stamp.json'), JSON.stringify(stamp));
  await rm(join(folder, id), { recursive: true, force: true }); // never mounted: it had no stamp of ours
  await rename(temporary, join(folder, id));
  return { id, tree: join(folder, id, 'tree') };
}

/** Adds what all nodes have in common and removes what must differ between nodes. */
async function finishTree(tree: string, stamp: Stamp, mirror: Mirror): Promise<void> {
  const sources = sourceLines(mirror, stamp.release, nodeUri);
  await writeInTree(join(tree, 'etc/apt/sources.list'), `${sources.join('\n')}\n`);
  const settings = [...stamp.settings, 'Acquire::Languages "none";'];
  await rm(join(tree, 'etc/apt/apt.conf.d/99mmdebstrap'), { force: true });
  await writeInTree(join(tree, 'etc/apt/apt.conf.d/80lab'), `${settings.join('\n')}\n`);
  // A power cut in the lab ends processes, the page cache stays: syncing each unpacked file protects nothing here.
  await writeInTree(join(tree, 'etc/dpkg/dpkg.cfg.d/lab'), 'force-unsafe-io\n');
  await command('chroot', [tree, '/bin/sh', '-eu'], {
    doing: 'finish the base tree',
    input: `
rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id /etc/resolv.conf /etc/hostname
: > /etc/machine-id
: > /etc/resolv.conf
useradd --create-home --gid operator --shell /bin/bash --groups sudo --comment 'Lab operator' operator
systemctl --quiet enable systemd-networkd ssh
systemctl --quiet disable apt-daily.timer apt-daily-upgrade.timer
rm -rf /var/cache/apt/archives/*.deb /var/log/apt /var/log/dpkg.log /var/log/bootstrap.log
`,
  });
}

/** Removes what processes left that ended while they made a tree. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const match = /^making-(\d+)-(\d+)$/.exec(name);
    if (!match || (await startTime(Number(match[1]))) === match[2]) continue;
    await removeTree(join(folder, name));
  }
}
