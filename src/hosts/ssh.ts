import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { CloudwrightError, problem } from '../errors/problem.ts';
import { reveal } from '../secrets/confidential.ts';
import { lastLines } from '../system/text.ts';
import { askpass } from './askpass.ts';
import { addedFingerprint, addedName } from './firstContact.ts';
import type { Limits } from './limits.ts';
import type { SshSettings } from './reachable.ts';
import { openShell, type Shell, ShellError } from './shell.ts';
import { shellCommand, shellTokens } from './shellCommand.ts';
import { shellConnection } from './shellConnection.ts';
import { sshOptions } from './sshConfig.ts';
import { classifySsh } from './sshErrors.ts';
import type { HostLink } from './transport.ts';

export interface SshOptions {
  readonly host: string;
  /** Where ssh goes: an address, a name or a `Host` of the operator's ssh_config. */
  readonly address: string;
  readonly settings: SshSettings;
  /** Private folder (0700), and the configuration in it that `sshConfig` made. */
  readonly folder: string;
  readonly configFile: string;
  /** Unique in the folder and short: names the control socket. */
  readonly id: string;
  /** Requests at a time; 8 by default. */
  readonly sessions?: number | undefined;
  /** Seconds for connecting and logging in; 30 by default. */
  readonly limitSeconds?: number | undefined;
  readonly graceMilliseconds?: number | undefined;
  readonly limits?: Limits | undefined;
  readonly note?: ((text: string) => void) | undefined;
}

/**
 * One connection to a host through the OpenSSH client. The first shell's ssh process is the control master, so a host
 * costs one process and one key exchange; more shells are sessions over it. All shells hang on our pipes: when this
 * process ends, however it ends, the shells see the end of their input and the connection ends. Rejects with
 * CloudwrightError (HOST_*).
 */
export async function openSsh(options: SshOptions): Promise<HostLink> {
  const { host, address, settings } = options;
  const control = join(options.folder, `c${options.id}`);
  const helper =
    settings.password === undefined
      ? undefined
      : askpass({ host, folder: options.folder, name: `a${options.id}`, password: settings.password });
  const common = sshOptions(options.configFile, control, helper !== undefined);

  const start = (extra: readonly string[], carriesOthers: boolean): Promise<Shell> => {
    const tokens = shellTokens();
    const remote = shellCommand(tokens, settings.sudo ? 'sudo' : 'must-be-root');
    const child = spawn(
      'ssh',
      [...common, '-o', 'ClearAllForwardings=yes', ...extra, '--', address, remote],
      {
        stdio: 'pipe',
        // A process group of its own: Ctrl-C in the terminal reaches us, and we let what runs finish.
        detached: true,
        env: { ...process.env, ...helper?.environment },
      },
    ) as ChildProcessWithoutNullStreams;
    const sudoPassword = settings.sudoPassword ?? settings.password;
    return openShell(child, {
      tokens,
      limitSeconds: options.limitSeconds ?? 30,
      sudoPassword: sudoPassword && reveal(sudoPassword),
      carriesOthers,
    });
  };

  const first = await start(['-o', 'ControlMaster=yes'], true)
    .catch((error: unknown) => refused(options, error))
    .finally(() => helper?.remove());
  await noteFirstContact(options, first);
  const connection = shellConnection(first, {
    host,
    sessions: options.sessions ?? 8,
    limits: options.limits,
    ...(options.graceMilliseconds !== undefined && { graceMilliseconds: options.graceMilliseconds }),
    // Without the master a session would log in again: it has to fail instead.
    open: () => start(['-o', 'ControlMaster=no', '-o', 'ProxyCommand=false'], false),
  });
  return {
    ...connection,
    ended: first.ended,
    forward: (socket, target, port) => {
      const way = `${socket}:${target}:${port}`;
      return forward([...common, '-O', 'forward', '-L', way, '--', address], { host, address: target, port });
    },
  };
}

async function noteFirstContact(options: SshOptions, first: Shell): Promise<void> {
  const { host, address, configFile, note } = options;
  const added = addedName(first.greeting);
  if (added === undefined || !note) return;
  const fingerprint = await addedFingerprint(configFile, address, added);
  note(
    `First contact with ${host}: added its ssh host key ${fingerprint ? `${fingerprint} ` : ''}to known_hosts.`,
  );
}

/** Turns what kept the first shell from opening into the operator's words. */
function refused(options: SshOptions, error: unknown): never {
  const { host, address, settings } = options;
  if (!(error instanceof ShellError)) throw error;
  const place = { kind: 'cloud', host } as const;
  const details = { host, address, user: settings.user, port: settings.port };
  const evidence = lastLines(error.output, 6) || undefined;
  const code = {
    missing: 'HOST_SSH_MISSING',
    'sudo-refused': 'HOST_SUDO_REFUSED',
    'sudo-password-needed': 'HOST_SUDO_PASSWORD_NEEDED',
    'not-root': 'HOST_NOT_ROOT',
    slow: 'HOST_UNREACHABLE',
    ended: classifySsh(error.output),
  } as const;
  throw new CloudwrightError([problem(code[error.reason], { place, details, evidence })], { cause: error });
}

function forward(
  sshArguments: readonly string[],
  details: { readonly host: string; readonly address: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', sshArguments, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) {
        resolve();
        return;
      }
      const found = problem('HOST_FORWARD_FAILED', {
        place: { kind: 'cloud', host: details.host },
        details: { ...details },
        evidence: lastLines(output, 4) || undefined,
      });
      reject(new CloudwrightError([found]));
    });
  });
}
