import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Connection } from './connection.ts';
import { openShell, type Shell } from './shell.ts';
import { shellCommand, shellTokens } from './shellCommand.ts';
import { shellConnection } from './shellConnection.ts';

/** The same as a host over ssh, through shells of this machine, as the user who runs us. */
export async function openLocal(host: string, sessions = 8): Promise<Connection> {
  const open = (): Promise<Shell> => {
    const tokens = shellTokens();
    const child = spawn('sh', ['-c', shellCommand(tokens, 'as-is')], {
      stdio: 'pipe',
      detached: true,
    }) as ChildProcessWithoutNullStreams;
    return openShell(child, { tokens, limitSeconds: 10 });
  };
  return shellConnection(await open(), { host, sessions, open });
}
