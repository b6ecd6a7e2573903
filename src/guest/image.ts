import { createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '../errors/problem.ts';
import { command, type Report, script } from '../system/command.ts';
import { fileExists, textOf } from '../system/files.ts';
import { withSignal } from '../system/interrupt.ts';
import { withLock } from '../system/lock.ts';
import { hostMirror, sourceLines } from '../system/mirror.ts';
import { ensurePackages, missingPackages } from '../system/packages.ts';
import { quote } from '../system/quote.ts';
import { BOOT_CONFIGURATION, DHCP_SCRIPT, GUEST_MODULES, INIT, INSTANCE, LSBLK } from './scripts.ts';

/** Raised when the building below changes in a way that the scripts' texts don't show. */
const RECIPE = 1;

const PACKAGES = [
  'busybox-static',
  'dropbear-bin',
  'libc6',
  'libcrypt1',
  'libgmp10',
  'libtomcrypt1',
  'libtommath1',
  'zlib1g',
];
/** Debian release that the guest is made of. */
const RELEASE = 'trixie';
const KERNEL = 'linux-image-cloud-amd64';

/** Debian packages that building the image needs on this machine. */
const TOOLS = ['cpio', 'debian-archive-keyring', 'dosfstools', 'mtools', 'syslinux', 'xz-utils'];

export interface GuestImageOptions {
  /** The image is kept below `<directory>/cache/`. */
  readonly directory: string;
  /** The operator agreed that packages are installed on this machine: a trial or `up`. Needs root. */
  readonly mayInstall: boolean;
}

/**
 * Path of the raw image of the test guest, built at first use. Rejects with GUEST_TOOLS_MISSING where tools are missing
 * and may not be installed, with GUEST_* or SYSTEM_* where the packages cannot be fetched.
 */
export function guestImage(
  options: GuestImageOptions,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<string> {
  return withSignal(signal, async () => await ensureImage(options, report));
}

async function ensureImage(options: GuestImageOptions, report: Report): Promise<string> {
  const cache = join(options.directory, 'cache');
  const image = join(cache, 'guest.img');
  const texts = [RECIPE, RELEASE, ...GUEST_MODULES, INIT, INSTANCE, DHCP_SCRIPT, LSBLK, BOOT_CONFIGURATION];
  const stamp = createHash('sha256').update(texts.join('\0')).digest('hex');
  const current = async (): Promise<boolean> =>
    (await textOf(`${image}.stamp`)) === stamp && (await fileExists(image));
  if (await current()) return image;
  await ensureTools(TOOLS, options.mayInstall, report);
  await mkdir(cache, { recursive: true, mode: 0o755 });
  return await withLock(
    `${image}.lock`,
    'the image of the test guest',
    async () => {
      if (await current()) return image;
      report('building the image of the test guest from Debian packages');
      const work = join(cache, 'guest.making');
      await rm(work, { recursive: true, force: true });
      await mkdir(work, { recursive: true, mode: 0o755 });
      try {
        await build(work);
        await rm(`${image}.stamp`, { force: true });
        await rename(join(work, 'guest.img'), image);
        await writeFile(`${image}.stamp`, stamp);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
      return image;
    },
    300,
  );
}

/** Nothing is installed behind the operator's back: on a production cloud this machine is theirs. */
export async function ensureTools(
  packages: readonly string[],
  mayInstall: boolean,
  report: Report,
): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  if (!mayInstall || process.getuid?.() !== 0) {
    fail('GUEST_TOOLS_MISSING', { details: { packages: missing.join(' ') } });
  }
  await ensurePackages(missing, report);
}

async function build(work: string): Promise<void> {
  const tree = await fetchPackages(work);
  const version = (await readdir(join(tree, 'boot'))).find((name) => name.startsWith('vmlinuz-'))?.slice(8);
  if (!version) fail('GUEST_FILE_MISSING', { details: { missing: 'the kernel' } });
  const root = join(work, 'root');
  await fillRoot(tree, root);
  await addModules(join(tree, 'usr/lib/modules', version, 'kernel'), join(root, 'modules'));
  await copyFile(join(tree, 'boot', `vmlinuz-${version}`), join(work, 'vmlinuz'));
  await writeFile(join(work, 'syslinux.cfg'), BOOT_CONFIGURATION);
  await script(
    `cd ${quote(root)}; find . | sort | cpio --quiet -o -H newc -R 0:0 | gzip -9 > ${quote(join(work, 'initrd.img'))}`,
    { doing: 'pack the start image of the test guest', limitSeconds: 120 },
  );
  await makeDisk(work);
}

/** Downloads and unpacks the packages with an apt state of its own; gives the tree they make together. */
async function fetchPackages(work: string): Promise<string> {
  const mirror = await hostMirror();
  const apt = join(work, 'apt');
  for (const folder of ['lists/partial', 'cache/archives/partial', 'parts']) {
    await mkdir(join(apt, folder), { recursive: true });
  }
  const settings = [
    ...mirror.settings,
    ...(mirror.proxy ? [`Acquire::http::Proxy "${mirror.proxy}";`] : []),
    'APT::Architecture "amd64";',
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    `Dir::State "${apt}";`,
    `Dir::State::lists "${apt}/lists";`,
    'Dir::State::status "/dev/null";',
    `Dir::Cache "${apt}/cache";`,
    `Dir::Etc::sourcelist "${apt}/sources.list";`,
    `Dir::Etc::sourceparts "${apt}/parts";`,
    `Dir::Etc::preferencesparts "${apt}/parts";`,
    `Dir::Etc::parts "${apt}/parts";`,
    'Dir::Etc::main "/dev/null";',
  ];
  await writeFile(join(apt, 'apt.conf'), `${settings.join('\n')}\n`);
  await writeFile(join(apt, 'sources.list'), `${sourceLines(mirror, RELEASE, (uri) => uri).join('\n')}\n`);
  const options = {
    environment: { APT_CONFIG: join(apt, 'apt.conf') },
    directory: apt,
    limitSeconds: 300,
    doing: 'download the packages of the test guest',
  };
  await command('apt-get', ['update', '-q'], options);
  const depends = await command('apt-cache', ['depends', KERNEL], options);
  const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (!kernel) fail('GUEST_FILE_MISSING', { details: { missing: KERNEL } });
  await command('apt-get', ['download', '-q', kernel, ...PACKAGES], options);
  const tree = join(work, 'tree');
  for (const name of await readdir(apt)) {
    if (!name.endsWith('.deb')) continue;
    await command('dpkg', ['-x', join(apt, name), tree], { doing: `unpack ${name}` });
  }
  return tree;
}

/** Lays out the guest's root: busybox, dropbear, their libraries, our scripts. */
async function fillRoot(tree: string, root: string): Promise<void> {
  const folders = [
    'bin',
    'dev',
    'etc/dropbear',
    'lib64',
    'lib/x86_64-linux-gnu',
    'modules',
    'mnt',
    'proc',
    'root',
    'run',
  ];
  for (const folder of [...folders, 'sbin', 'sys', 'tmp', 'usr/bin', 'usr/sbin', 'var/log', 'www']) {
    await mkdir(join(root, folder), { recursive: true, mode: 0o755 });
  }
  await symlink('/run', join(root, 'var/run'));
  const busybox = join(root, 'bin/busybox');
  await copyFile(await locate(tree, ['usr/bin/busybox', 'bin/busybox']), busybox);
  await chmod(busybox, 0o755);
  for (const applet of (await command(busybox, ['--list'], { doing: 'list what busybox can do' }))
    .trim()
    .split('\n')) {
    if (applet !== 'busybox') await symlink('busybox', join(root, 'bin', applet));
  }
  await cp(await locate(tree, ['usr/sbin/dropbear']), join(root, 'usr/sbin/dropbear'));
  await cp(await locate(tree, ['usr/bin/dropbearkey']), join(root, 'usr/bin/dropbearkey'));
  const libraries = [
    'libc.so.6',
    'libcrypt.so.1',
    'libgmp.so.10',
    'libtomcrypt.so.1',
    'libtommath.so.1',
    'libz.so.1',
  ];
  for (const library of libraries) {
    const file = await locate(
      tree,
      ['usr/lib', 'lib'].map((folder) => `${folder}/x86_64-linux-gnu/${library}`),
    );
    await cp(file, join(root, 'lib/x86_64-linux-gnu', library), { dereference: true });
  }
  const loader = 'ld-linux-x86-64.so.2';
  const loaders = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu', 'usr/lib64', 'lib64'];
  const loaderFile = await locate(
    tree,
    loaders.map((folder) => `${folder}/${loader}`),
  );
  await cp(loaderFile, join(root, 'lib64', loader), { dereference: true });
  await chmod(join(root, 'lib64', loader), 0o755);
  // "*" is no password: root comes in with its key, or by the console, which is the trial's own.
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(root, 'etc/shadow'), 'root:*:19000:0:99999:7:::\n', { mode: 0o600 });
  await writeFile(join(root, 'etc/group'), 'root:x:0:\n');
  await writeFile(join(root, 'etc/shells'), '/bin/sh\n');
  await chmod(join(root, 'root'), 0o700);
  const scripts = {
    init: INIT,
    'etc/instance': INSTANCE,
    'etc/udhcpc.script': DHCP_SCRIPT,
    'bin/lsblk': LSBLK,
  };
  for (const [path, text] of Object.entries(scripts)) {
    await rm(join(root, path), { force: true });
    await writeFile(join(root, path), text);
    await chmod(join(root, path), 0o755);
  }
}

async function locate(tree: string, paths: readonly string[]): Promise<string> {
  for (const path of paths) if (await fileExists(join(tree, path))) return join(tree, path);
  return fail('GUEST_FILE_MISSING', { details: { missing: basename(paths[0] ?? '') } });
}

/** Copies the wanted modules, uncompressed; one that the kernel has built in has no file. */
async function addModules(kernel: string, into: string): Promise<void> {
  const files = new Map<string, string>();
  for (const entry of await readdir(kernel, { recursive: true })) {
    const match = /^(.+)\.ko(\.xz|\.zst)?$/.exec(basename(entry));
    if (match?.[1]) files.set(match[1], join(kernel, entry));
  }
  for (const needed of ['virtio_net', 'virtio_blk']) {
    if (!files.has(needed)) fail('GUEST_FILE_MISSING', { details: { missing: `module ${needed}` } });
  }
  for (const module of GUEST_MODULES) {
    const file = files.get(module);
    if (!file) continue;
    const target = quote(join(into, `${module}.ko`));
    const reader = file.endsWith('.xz') ? 'xz -dc' : file.endsWith('.zst') ? 'zstd -qdc' : 'cat';
    await script(`${reader} ${quote(file)} > ${target}`, { doing: `unpack kernel module ${module}` });
  }
}

/** A FAT file system on the bare disk that syslinux starts from; made without a mount. */
async function makeDisk(work: string): Promise<void> {
  const files = ['vmlinuz', 'initrd.img', 'syslinux.cfg'].map((name) => join(work, name));
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  const image = join(work, 'guest.img');
  const sizeMiB = Math.ceil(bytes / 1024 / 1024) + 3;
  await writeFile(image, '');
  await truncate(image, sizeMiB * 1024 * 1024);
  const options = { doing: 'make the disk of the test guest', environment: { MTOOLS_SKIP_CHECK: '1' } };
  await command('mkfs.vfat', ['-F', '16', '-n', 'GUEST', image], options);
  await command('syslinux', ['--install', image], options);
  await command('mcopy', ['-i', image, '-o', ...files, '::/'], options);
  const boot = await readFile(image);
  if (boot.readUInt16LE(510) !== 0xaa55)
    fail('GUEST_FILE_MISSING', { details: { missing: 'the boot sector' } });
}
