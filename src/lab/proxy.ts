import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createConnection, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { attempt, type Report } from '../system/command.ts';
import { textOf } from '../system/files.ts';
import { withLock } from '../system/lock.ts';
import { type Mirror, nodeUri } from '../system/mirror.ts';
import { lastLines } from '../system/text.ts';
import { waitFor } from '../system/wait.ts';
import { groupProcesses } from './controlGroups.ts';
import { controlGroup, fabricNamespace, type LabLocation, labPaths, proxyControlGroup } from './names.ts';
import { PROXY_ADDRESS, PROXY_PORT } from './networks.ts';
import { killGroups, startDaemon } from './processes.ts';

function proxyFolder(directory: string): string {
  return join(directory, 'cache', 'proxy');
}

export function proxySocket(directory: string): string {
  return join(proxyFolder(directory), 'socket');
}

/** The proxy's port on this machine's loopback, one for each folder of labs; below the range of outgoing ports. */
export function proxyPort(directory: string): number {
  return 21_000 + (createHash('sha256').update(directory).digest().readUInt16BE() % 9000);
}

/** acng.conf: nothing but a cache of what passes, on loopback alone. */
export function proxyConfiguration(directory: string, mirror: Mirror): string {
  const folder = proxyFolder(directory);
  const lines = [
    `CacheDir: ${join(directory, 'cache', 'packages')}`,
    `LogDir: ${folder}`,
    'SupportDir: /usr/lib/apt-cacher-ng',
    'BindAddress: 127.0.0.1',
    `Port: ${proxyPort(directory)}`,
    'ReportPage:',
    'ForeGround: 1',
    'VerboseLog: 0',
    'ExThreshold: 30',
    'ExStartTradeOff: 500m',
    // The key is the name of one remap rule; its two parts are the address that nodes ask for and the one that the proxy asks.
    ...[mirror.archive, mirror.security]
      .filter((uri) => uri?.startsWith('https:'))
      .map((uri, position) => `Remap-lab${position}: ${nodeUri(uri ?? '')} ; ${uri}`),
  ];
  if (mirror.proxy) lines.push(`Proxy: ${mirror.proxy}`);
  return `${lines.join('\n')}\n`;
}

/** Starts the caching proxy of this folder's labs unless it answers. */
export async function ensureProxy(directory: string, mirror: Mirror, report: Report): Promise<void> {
  const folder = proxyFolder(directory);
  const socket = proxySocket(directory);
  const configuration = join(folder, 'acng.conf');
  await mkdir(join(directory, 'cache', 'packages'), { recursive: true, mode: 0o755 });
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await withLock(
    join(directory, 'cache', 'proxy.lock'),
    'the package proxy',
    async () => {
      const group = proxyControlGroup(directory);
      const wanted = proxyConfiguration(directory, mirror);
      const port = proxyPort(directory);
      const same = (await textOf(configuration)) === wanted;
      if (same && (await answers({ path: socket })) && (await answers({ port, host: '127.0.0.1' }))) return;
      report('starting the package proxy');
      await killGroups([group]);
      await rm(socket, { force: true });
      await writeFile(configuration, wanted);
      const log = join(folder, 'console');
      await startDaemon('/usr/sbin/apt-cacher-ng', ['-c', folder], { group, log });
      const evidence = async (): Promise<string> => lastLines(await textOf(log));
      const listens = async (): Promise<boolean> => await answers({ port, host: '127.0.0.1' });
      await waitFor('the package proxy to answer', listens, 20, { evidence });
      // The lab's namespaces cannot reach this loopback, but they share the file system: a unix socket connects them.
      await startDaemon('socat', [`UNIX-LISTEN:${socket},fork,mode=600`, `TCP:127.0.0.1:${port}`], {
        group,
        log,
      });
      await waitFor('the way to the package proxy', async () => await answers({ path: socket }), 10, {
        evidence,
      });
    },
    60,
  );
}

/** Ends the proxy; the packages it keeps stay. */
export async function stopProxy(directory: string): Promise<string> {
  const group = proxyControlGroup(directory);
  await killGroups([group]);
  await rm(proxySocket(directory), { force: true });
  return group;
}

/** Carries the proxy's unix socket to an address in the fabric; no route leads out of the lab. */
export async function ensureProxyInFabric(location: LabLocation): Promise<void> {
  const fabric = fabricNamespace(location.name);
  if (await fabricAnswers(fabric)) return;
  const group = controlGroup(location.name, 'fabric');
  await killGroups([group]);
  await startDaemon(
    'nsenter',
    [
      `--net=/run/netns/${fabric}`,
      'socat',
      `TCP-LISTEN:${PROXY_PORT},bind=${PROXY_ADDRESS},fork,reuseaddr,backlog=128`,
      `UNIX-CONNECT:${proxySocket(location.directory)}`,
    ],
    { group, log: join(labPaths(location).logs, 'proxy') },
  );
  await waitFor('the package proxy to listen in the lab', async () => await fabricAnswers(fabric), 10, {
    evidence: async () => lastLines(await textOf(join(labPaths(location).logs, 'proxy'))),
  });
}

export async function proxyRuns(location: LabLocation): Promise<boolean> {
  const pids = await groupProcesses(proxyControlGroup(location.directory));
  return pids.length > 0 && (await fabricAnswers(fabricNamespace(location.name)));
}

async function fabricAnswers(fabric: string): Promise<boolean> {
  const shown = await attempt(
    'nsenter',
    [`--net=/run/netns/${fabric}`, 'ss', '-Hltn', `sport = :${PROXY_PORT}`],
    {
      doing: 'look for the package proxy in the lab',
    },
  );
  return shown.exitCode === 0 && shown.stdout.trim() !== '';
}

async function answers(target: NetConnectOpts): Promise<boolean> {
  return await new Promise((resolve) => {
    const connection = createConnection(target);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}
