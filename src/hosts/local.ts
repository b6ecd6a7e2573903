import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Connection } from './connection.ts';
import { type Lane, laneCommand, laneTokens, openLane } from './lane.ts';
import { lanePool } from './pool.ts';

/** The same as a host over ssh, through a shell of this machine, as the user who runs us. */
export async function openLocal(host: string, lanes = 8): Promise<Connection> {
  const open = (): Promise<Lane> => {
    const tokens = laneTokens();
    const child = spawn('sh', ['-c', laneCommand(tokens, 'as-is')], {
      stdio: 'pipe',
      detached: true,
    }) as ChildProcessWithoutNullStreams;
    return openLane(child, { tokens, limitSeconds: 10 });
  };
  return lanePool(await open(), { host, lanes, open, end: async () => {} });
}
