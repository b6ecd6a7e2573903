import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors/problem.ts';
import { command } from '../system/command.ts';
import { fileExists, readJson, textOf, writeWhole } from '../system/files.ts';
import { signalProcess } from '../system/process.ts';
import { lastLines } from '../system/text.ts';
import { waitFor } from '../system/wait.ts';
import { groupProcesses, removeGroup } from './controlGroups.ts';
import { connectNode } from './fabric.ts';
import { controlGroup, type LabLocation, labPaths, nodeNamespace, nodePaths } from './names.ts';
import { LAB_NETWORKS, PROXY_URL, SERVICE_GATEWAY } from './networks.ts';
import { killGroups, startDaemon } from './processes.ts';
import type { LabNode, NodeRecord } from './state.ts';
import { writeInTree } from './trees.ts';

/** SIGRTMIN+4 tells systemd to power off, systemd(1); SIGRTMIN is 34 with glibc on Linux. */
const SIGRTMIN_4 = 38;

export async function readRecord(location: LabLocation, node: string): Promise<NodeRecord | undefined> {
  return await readJson<NodeRecord>(nodePaths(location, node).record);
}

export async function writeRecord(location: LabLocation, node: string, record: NodeRecord): Promise<void> {
  const paths = nodePaths(location, node);
  await mkdir(paths.directory, { recursive: true, mode: 0o755 });
  await writeWhole(paths.record, JSON.stringify(record));
}

export async function isMounted(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return mounts.split('\n').some((line) => line.split(' ')[1] === path);
}

/**
 * Mounts the node's tree: its upper over the frozen ones, a layer perhaps, and the base. `volatile`: nothing waits for
 * the disk of this machine, neither a node's fsync(2) nor the unmounting, which would first write everything that any
 * program of this machine has written. A node's power cut loses no data, since the page cache is this machine's.
 */
export async function mountNode(location: LabLocation, node: string, record: NodeRecord): Promise<void> {
  const paths = nodePaths(location, node);
  if (await isMounted(paths.root)) return;
  // The mark that a volatile mount leaves: the kernel refuses the next mount while it exists.
  await rm(join(paths.work, 'work', 'incompat'), { recursive: true, force: true });
  for (const folder of [paths.upper, paths.work, paths.root])
    await mkdir(folder, { recursive: true, mode: 0o755 });
  const lower = [
    ...(await presentLowers(location, node, record)),
    join(location.directory, 'base', record.base, 'tree'),
  ].join(':');
  await command(
    'mount',
    [
      '-t', 'overlay', nodeNamespace(location.name, node),
      '-o', `lowerdir=${lower},upperdir=${paths.upper},workdir=${paths.work},volatile`,
      paths.root,
    ], // biome-ignore format: options belong with their values
    { doing: `lay the tree of ${node} over the base tree` },
  );
}

/**
 * The record names a frozen upper just before the upper is moved there: one that is missing is still the upper, after
 * a crash between the two.
 */
async function presentLowers(location: LabLocation, node: string, record: NodeRecord): Promise<string[]> {
  const { frozen } = nodePaths(location, node);
  const lowers: string[] = [];
  for (const lower of record.lowers) {
    if (!lower.startsWith(`${frozen}/`) || (await fileExists(lower))) lowers.push(lower);
  }
  return lowers;
}

export async function unmountNode(location: LabLocation, node: string): Promise<void> {
  const { root } = nodePaths(location, node);
  while (await isMounted(root)) await command('umount', [root], { doing: `unmount the tree of ${node}` });
}

/** Writes what distinguishes the node: name, addresses, keys. Safe to repeat. */
export async function prepareNode(location: LabLocation, node: LabNode): Promise<void> {
  const paths = labPaths(location);
  const { root } = nodePaths(location, node.name);
  const etc = (name: string): string => join(root, 'etc', name);
  const id = createHash('md5').update(`${location.name}/${node.name}`).digest('hex');
  await writeInTree(etc('hostname'), `${node.name}\n`);
  await writeInTree(etc('machine-id'), `${id}\n`);
  await writeInTree(etc('resolv.conf'), '# the lab has no name servers\n');
  // The name means the management address, never 127.0.1.1: RabbitMQ and Ceph listen where their name points.
  await writeInTree(
    etc('hosts'),
    `127.0.0.1 localhost\n::1 localhost\n${node.addresses.management} ${node.name}\n`,
  );
  await mkdir(etc('systemd/network'), { recursive: true });
  for (const [position, text] of networkUnits(node).entries()) {
    await writeInTree(etc(`systemd/network/10-eth${position}.network`), text);
  }
  await writeInTree(etc('apt/apt.conf.d/90lab-proxy'), `Acquire::http::Proxy "${PROXY_URL}";\n`);
  await installKeys(paths.key, join(paths.hostKeys, node.name), root);
  const password = (await textOf(paths.operatorPassword)).trim();
  await command('chroot', [root, 'chpasswd'], {
    doing: `set the operator's password on ${node.name}`,
    input: `operator:${password}\n`,
  });
}

async function installKeys(key: string, hostKey: string, root: string): Promise<void> {
  const hostKeyInTree = join(root, 'etc/ssh/ssh_host_ed25519_key');
  await writeInTree(hostKeyInTree, await readFile(hostKey, 'utf8'), 0o600);
  await writeInTree(`${hostKeyInTree}.pub`, await readFile(`${hostKey}.pub`, 'utf8'));
  const authorized = await readFile(`${key}.pub`, 'utf8');
  for (const home of ['root', 'home/operator']) {
    await mkdir(join(root, home, '.ssh'), { recursive: true, mode: 0o700 });
    await writeInTree(join(root, home, '.ssh/authorized_keys'), authorized, 0o600);
  }
  await command('chroot', [root, 'chown', '-R', 'operator:', '/home/operator/.ssh'], {
    doing: "give the operator's key to the operator",
  });
}

/** systemd.network(5) of eth0..eth4. One link alone is required, or network-online.target waits two minutes. */
export function networkUnits(node: LabNode): string[] {
  return LAB_NETWORKS.map((network, position) => {
    const lines = [
      '[Match]',
      `Name=eth${position}`,
      '[Link]',
      `RequiredForOnline=${network.name === 'management' ? 'routable' : 'no'}`,
      `MTUBytes=${network.mtu}`,
      'ActivationPolicy=up',
      '[Network]',
      'LinkLocalAddressing=no',
      'IPv6AcceptRA=no',
    ];
    if (network.prefix) lines.push(`Address=${network.prefix}.${node.index}/24`);
    if (network.name === 'service') lines.push(`Gateway=${SERVICE_GATEWAY}`);
    return `${lines.join('\n')}\n`;
  });
}

/** Ids of the node's processes, systemd-nspawn included. */
export async function nodeProcesses(lab: string, node: string): Promise<number[]> {
  return await groupProcesses(controlGroup(lab, node));
}

/**
 * The node's first process as this machine sees it: number 1 in a process namespace one below ours. Undefined while
 * there is none.
 */
export async function initProcess(lab: string, node: string): Promise<number | undefined> {
  for (const pid of await nodeProcesses(lab, node)) {
    const numbers = /^NSpid:\s*(.*)$/m.exec(await textOf(`/proc/${pid}/status`))?.[1]?.split(/\s+/) ?? [];
    if (numbers.length === 2 && numbers[1] === '1') return pid;
  }
  return undefined;
}

/** Starts the machine; its tree is mounted and prepared. Gives the id of its systemd-nspawn. */
export async function bootNode(location: LabLocation, node: LabNode, memoryMiB: number): Promise<number> {
  const group = controlGroup(location.name, node.name);
  const namespace = nodeNamespace(location.name, node.name);
  const paths = nodePaths(location, node.name);
  await killGroups([group]);
  await removeGroup(group);
  await connectNode(location.name, node.name, node.index);
  await rm(paths.console, { force: true });
  const tun = (await fileExists('/dev/net/tun')) ? ['--bind=/dev/net/tun'] : [];
  const kvm = (await hardwareVirtualization()) ? ['--bind=/dev/kvm'] : [];
  return await startDaemon(
    'systemd-nspawn',
    [
      `--directory=${paths.root}`,
      `--machine=${namespace}`,
      `--hostname=${node.name}`,
      '--boot',
      '--register=no',
      '--keep-unit',
      `--network-namespace-path=/run/netns/${namespace}`,
      '--console=pipe',
      '--capability=all',
      '--drop-capability=CAP_SYS_TIME', // the nodes share this machine's clock
      '--system-call-filter=@mount add_key keyctl bpf',
      '--resolv-conf=off',
      '--timezone=off',
      '--link-journal=no',
      ...tun,
      ...kvm,
      'systemd.log_target=console',
    ],
    {
      group,
      memoryMiB,
      log: paths.console,
      environment: {
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
        SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network', // else /proc/sys/net is read-only: no address of a VIP could be bound
      },
    },
  );
}

/** /dev/kvm may exist without a processor that supports it. */
async function hardwareVirtualization(): Promise<boolean> {
  return (await fileExists('/dev/kvm')) && /^flags\s*:.*\b(vmx|svm)\b/m.test(await textOf('/proc/cpuinfo'));
}

/** Shuts the machine down in order; after the limit its power is cut. */
export async function stopNode(lab: string, node: string, limitSeconds = 90): Promise<void> {
  const init = await initProcess(lab, node);
  if (init !== undefined) signalProcess(init, SIGRTMIN_4);
  const end = Date.now() + limitSeconds * 1000;
  const ended = async (): Promise<boolean> =>
    (await nodeProcesses(lab, node)).length === 0 || Date.now() > end;
  await waitFor(`${node} to shut down`, ended, limitSeconds + 5);
  await cutNode(lab, node);
}

/** Ends the machine like a power cut: no process can react. */
export async function cutNode(lab: string, node: string): Promise<void> {
  const init = await initProcess(lab, node);
  if (init !== undefined) signalProcess(init, 'SIGKILL'); // takes the whole process namespace along
  await killGroups([controlGroup(lab, node)]);
}

/** Fails with the console's last lines. */
export async function failEnded(location: LabLocation, node: string): Promise<never> {
  const evidence = lastLines(await textOf(nodePaths(location, node).console), 15);
  return fail('LAB_NODE_ENDED', { place: { kind: 'cloud', host: node }, details: { node }, evidence });
}

/** Copies a tree with owners, links and overlay attributes, which `fs.cp` would lose. */
export async function copyTree(from: string, to: string): Promise<void> {
  await command('cp', ['-a', '--reflink=auto', from, to], { doing: `copy ${from}`, limitSeconds: 600 });
}
