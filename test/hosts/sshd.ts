import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { quote } from '../../src/hosts/quote.ts';
import { ensurePackages } from '../../src/system/packages.ts';

/** A real sshd on loopback with keys of its own, run by whoever runs the tests; ended by its process id. */
export interface TestSshd {
  readonly port: number;
  readonly folder: string;
  /** An ssh_config that reaches it as `trial`. */
  readonly configFile: string;
  readonly knownHosts: string;
  /** Listens no more; connections that are open stay. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Makes and uses another host key. */
  changeHostKey(): Promise<void>;
  stop(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';

export async function startSshd(extra: readonly string[] = []): Promise<TestSshd> {
  if (!existsSync(SSHD))
    await ensurePackages(['openssh-server'], (line) => process.stderr.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), 'cw-sshd-'));
  const at = (name: string): string => join(folder, name);
  const keygen = (file: string): void => {
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  };
  keygen(at('host'));
  keygen(at('user'));
  // sshd drops to this folder's separation user only as root; it must exist then.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  writeFileSync(at('authorized'), readFileSync(at('user.pub')), { mode: 0o600 });
  const port = await freePort();
  writeFileSync(
    at('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('authorized')}`,
      `PidFile ${at('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      ...extra,
      '',
    ].join('\n'),
  );
  writeFileSync(
    at('config'),
    [
      'Host trial',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${at('user')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${at('known_hosts')}`,
      '  GlobalKnownHostsFile /dev/null',
      '',
    ].join('\n'),
  );
  let daemon = await launch(at('sshd_config'), port);
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
  };
  return {
    port,
    folder,
    configFile: at('config'),
    knownHosts: at('known_hosts'),
    pause: stop,
    async resume() {
      daemon = await launch(at('sshd_config'), port);
    },
    async changeHostKey() {
      await stop();
      rmSync(at('host'));
      keygen(at('host'));
      daemon = await launch(at('sshd_config'), port);
    },
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(config: string, port: number): Promise<ChildProcess> {
  // sshd insists on an absolute path, and on no environment of ours.
  const daemon = spawn('sh', ['-c', `exec ${SSHD} -D -e -f ${quote(config)}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let output = '';
    daemon.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(`listening on 127.0.0.1 port ${port}`)) resolve();
    });
    daemon.once('close', () => reject(new Error(`sshd ended: ${output}`)));
  });
  return daemon;
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
