import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { SshSettings } from '../cloud/cloud.ts';
import { CloudwrightError, fail, problem } from '../errors/problem.ts';
import { reveal } from '../secrets/confidential.ts';
import { askpass } from './askpass.ts';
import type { Connection } from './connection.ts';
import { addedName, rememberedFingerprint } from './firstContact.ts';
import { type Lane, LaneError, laneCommand, laneTokens, openLane } from './lane.ts';
import { lanePool, lastLines } from './pool.ts';
import { sshOptions } from './sshConfig.ts';
import { classifySsh } from './sshErrors.ts';

export interface SshOptions {
  readonly host: string;
  /** Where ssh goes: an address, a name or a `Host` of the operator's ssh_config. */
  readonly address: string;
  readonly settings: SshSettings;
  /** Folder of the run (0700) and the configuration in it that `sshConfig` made. */
  readonly folder: string;
  readonly configFile: string;
  /** Unique in the folder and short: names the control socket. */
  readonly index: number;
  /** Requests side by side; 8 unless told. */
  readonly lanes?: number;
  /** Seconds for connecting and logging in; 30 unless told. */
  readonly limitSeconds?: number;
  note?(text: string): void;
}

export interface SshConnection extends Connection {
  /** Opens `socket` (0600) on this machine as a way to `address:port` as seen from the host. */
  forward(socket: string, address: string, port: number): Promise<void>;
}

/**
 * One connection to a host through the OpenSSH client. The first lane's ssh process is the control master, so a host
 * costs one process and one handshake; further lanes are sessions over it. All lanes hang on our pipes: when this
 * process ends, however it ends, the shells see the end of their input and the connection goes. Rejects with
 * CloudwrightError (HOST_*).
 */
export async function openSsh(options: SshOptions): Promise<SshConnection> {
  const { host, settings } = options;
  const control = join(options.folder, `c${options.index}`);
  const helper =
    settings.password === undefined
      ? undefined
      : askpass(options.folder, `a${options.index}`, settings.password);
  const sshArguments = sshOptions(options.configFile, control, helper !== undefined);
  const become = settings.sudo ? 'sudo' : 'must-be-root';
  const sudoPassword = settings.sudoPassword ?? settings.password;
  const limitSeconds = options.limitSeconds ?? 30;

  const start = (extra: readonly string[]): Promise<Lane> => {
    const tokens = laneTokens();
    const child = spawn(
      'ssh',
      [
        ...sshArguments,
        '-o',
        'ClearAllForwardings=yes',
        ...extra,
        '--',
        options.address,
        laneCommand(tokens, become),
      ],
      // A group of its own: Ctrl-C in the terminal reaches us, and we let what runs finish.
      { stdio: 'pipe', detached: true, env: { ...process.env, ...helper?.environment } },
    ) as ChildProcessWithoutNullStreams;
    return openLane(child, {
      tokens,
      limitSeconds,
      sudoPassword: sudoPassword && reveal(sudoPassword),
    });
  };

  const first = await start(['-o', 'ControlMaster=yes'])
    .catch((error: unknown) => refused(options, error))
    .finally(() => helper?.remove());
  const added = addedName(first.greeting);
  if (added !== undefined && options.note) {
    const fingerprint = await rememberedFingerprint(options.configFile, options.address, added);
    options.note(
      `First contact with ${host}: its ssh host key ${fingerprint ? `${fingerprint} ` : ''}is remembered from now on.`,
    );
  }

  const pool = lanePool(first, {
    host,
    lanes: options.lanes ?? 8,
    // Without the master a session would log in anew: it shall fail instead.
    open: () => start(['-o', 'ControlMaster=no', '-o', 'ProxyCommand=false']),
    end: async () => {},
  });
  return {
    ...pool,
    forward: (socket, address, port) =>
      forward(
        [...sshArguments, '-O', 'forward', '-L', `${socket}:${address}:${port}`, '--', options.address],
        {
          host,
          address,
          port,
        },
      ),
  };
}

/** Turns what kept the first lane from opening into the operator's words. */
function refused(options: SshOptions, error: unknown): never {
  const { host, address, settings } = options;
  if (!(error instanceof LaneError)) throw error;
  const place = { kind: 'cloud', host } as const;
  const details = { host, address, user: settings.user, port: settings.port };
  const evidence = lastLines(error.said, 6) || undefined;
  const code = {
    missing: 'HOST_SSH_MISSING',
    'sudo-refused': 'HOST_SUDO_REFUSED',
    'sudo-password-needed': 'HOST_SUDO_PASSWORD_NEEDED',
    'not-root': 'HOST_NOT_ROOT',
    slow: 'HOST_UNREACHABLE',
    ended: classifySsh(error.said),
  }[error.reason] as ReturnType<typeof classifySsh>;
  throw new CloudwrightError([problem(code, { place, details, evidence })], { cause: error });
}

function forward(
  sshArguments: readonly string[],
  details: { readonly host: string; readonly address: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', sshArguments, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) {
        resolve();
        return;
      }
      try {
        fail('HOST_FORWARD_FAILED', {
          place: { kind: 'cloud', host: details.host },
          details: { ...details },
          evidence: lastLines(said, 4) || undefined,
        });
      } catch (error) {
        reject(error);
      }
    });
  });
}
