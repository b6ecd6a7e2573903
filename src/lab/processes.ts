import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { signalProcess } from '../system/process.ts';
import { quote } from '../system/quote.ts';
import { waitFor } from '../system/wait.ts';
import { groupProcesses, makeGroup } from './controlGroups.ts';

/** Runs `program` in the control group, in this process's place: the shell joins the group, then becomes the program. */
export function inGroup(folders: readonly string[], program: string, args: readonly string[]): string[] {
  const joins = folders.map((folder) => `echo $$ > ${quote(`${folder}/cgroup.procs`)}`);
  return ['/bin/sh', '-c', `${joins.join(' && ')} && exec "$@"`, 'sh', program, ...args];
}

export interface DaemonOptions {
  readonly group: string;
  readonly memoryMiB?: number;
  readonly log: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a program that outlives this process, in a control group by which it is found and ended. */
export async function startDaemon(
  program: string,
  args: readonly string[],
  options: DaemonOptions,
): Promise<number> {
  const folders = await makeGroup(options.group, options.memoryMiB);
  const [shell = '/bin/sh', ...rest] = inGroup(folders, program, args);
  const log = openSync(options.log, 'a', 0o600);
  try {
    const child = spawn(shell, rest, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        LC_ALL: 'C.UTF-8',
        ...options.environment,
      },
    });
    child.on('error', () => undefined); // seen by whoever waits for what the daemon should provide
    child.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(log);
  }
}

/** Ends every process of the control groups at once (SIGKILL) and waits until they have ended. */
export async function killGroups(groups: readonly string[], limitSeconds = 20): Promise<void> {
  const remaining = async (): Promise<number[]> =>
    (await Promise.all(groups.map(groupProcesses))).flat().filter((pid) => pid !== process.pid);
  await waitFor(
    `the processes of ${groups.join(', ')} to end`,
    async () => {
      const pids = await remaining();
      for (const pid of pids) signalProcess(pid, 'SIGKILL');
      return pids.length === 0;
    },
    limitSeconds,
    { everyMilliseconds: 30, evidence: async () => `still there: ${(await remaining()).join(' ')}` },
  );
}

/** Process ids whose namespace file (`net:[4026532...]`) has the inode number. */
export async function processesInNetwork(inode: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const links = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/net`).catch(() => '')));
  return pids.filter((pid, position) => pid !== process.pid && links[position] === `net:[${inode}]`);
}
