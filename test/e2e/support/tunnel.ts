import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { type Client, createClient } from '../../../src/api/client.ts';
import { dialThrough } from '../../../src/api/dial.ts';
import { Confidential } from '../../../src/secrets/confidential.ts';

export interface TunnelledCloud {
  readonly client: Client;
  close(): void;
}

interface CloudsFile {
  readonly clouds: Readonly<
    Record<
      string,
      {
        readonly auth: Readonly<Record<string, string>>;
        readonly region_name: string;
        readonly cacert: string;
      }
    >
  >;
}

/** A client for the cloud of a written `clouds.yaml`, through ssh forwards of one of its hosts. */
export function tunnelledCloud(cloudsFile: string, sshConfig: string, host: string): TunnelledCloud {
  const { clouds } = parse(readFileSync(cloudsFile, 'utf8')) as CloudsFile;
  const [cloud] = Object.values(clouds);
  if (!cloud) throw new Error(`${cloudsFile} has no cloud`);
  const folder = mkdtempSync(join(tmpdir(), 'cloudwright-tunnel-'));
  const forwards = new Map<string, ChildProcess>();

  async function forward(address: string, port: number): Promise<string> {
    const path = join(folder, `${address}-${port}`);
    const running = forwards.get(path);
    if (running && isRunning(running)) return path;
    rmSync(path, { force: true });
    const line = ['-F', sshConfig, '-o', 'BatchMode=yes', '-N', '-L', `${path}:${address}:${port}`, host];
    const child = spawn('ssh', line, { stdio: 'ignore' });
    forwards.set(path, child);
    const limit = Date.now() + 15_000;
    while (!existsSync(path)) {
      if (!isRunning(child) || Date.now() > limit)
        throw new Error(`no forward to ${address}:${port} through ${host}`);
      await pause(20);
    }
    return path;
  }

  const { auth, region_name: region, cacert } = cloud;
  const client = createClient({
    authUrl: auth.auth_url ?? '',
    username: auth.username ?? '',
    password: new Confidential(auth.password ?? ''),
    project: auth.project_name,
    region,
    ca: readFileSync(cacert, 'utf8'),
    dial: dialThrough([{ name: host, forward }]),
  });
  return {
    client,
    close() {
      client.close();
      for (const child of forwards.values()) child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A process that a signal ended has no exit code. */
function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
