import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { ShellResult } from './connection.ts';
import { type FrameReader, frame, frameReader, newToken } from './frame.ts';
import { quote } from './quote.ts';

/** A long-lived shell that runs one script after another. */
export interface Lane {
  /** Process id of the shell on the host. */
  readonly pid: number;
  /** What the transport said before the shell answered: ssh's warnings, the host key's fingerprint. */
  readonly greeting: string;
  readonly alive: boolean;
  run(script: string): Promise<ShellResult>;
  /** Ends the shell's input; it goes once its script is done. Resolves when it is gone, at the latest after 2 s. */
  close(): Promise<void>;
  kill(): void;
}

/** Why a lane could not be opened or broke. `said` is what came on standard error. */
export class LaneError extends Error {
  readonly reason: 'ended' | 'sudo-refused' | 'sudo-password-needed' | 'not-root' | 'missing' | 'slow';
  readonly said: string;

  constructor(reason: LaneError['reason'], said: string) {
    super(`lane ${reason}`);
    this.reason = reason;
    this.said = said;
  }
}

export interface LaneTokens {
  readonly ready: string;
  readonly prompt: string;
  readonly notRoot: string;
}

export function laneTokens(): LaneTokens {
  return { ready: newToken(), prompt: newToken(), notRoot: newToken() };
}

/** Set once in every lane: scripts may rely on these whatever the host's own settings are. */
const SURROUNDINGS =
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive; export PATH LC_ALL LANG DEBIAN_FRONTEND; umask 022; cd /\n';

/**
 * The command that starts a lane. `become`: `root` uses sudo unless the user is root already; `as-is` stays who it
 * is. No login shell is started, so no profile of the user can disturb it.
 */
export function laneCommand(tokens: LaneTokens, become: 'sudo' | 'must-be-root' | 'as-is'): string {
  const boot = `printf "\\n%s %d\\n" ${tokens.ready} $$; printf "\\n%s\\n" ${tokens.ready} >&2; exec sh`;
  if (become === 'as-is') return boot;
  const otherwise =
    become === 'sudo'
      ? `exec sudo -S -H -p ${tokens.prompt} sh -c ${quote(boot)}`
      : `printf "\\n%s\\n" ${tokens.notRoot} >&2; exit 1`;
  return `exec sh -c ${quote(`if [ "$(id -u)" = 0 ]; then HOME=/root; export HOME; ${boot}; else ${otherwise}; fi`)}`;
}

export interface LaneOptions {
  readonly tokens: LaneTokens;
  /** Written when sudo asks for it, and only then. */
  readonly sudoPassword?: string | undefined;
  /** Seconds until the shell must have answered. */
  readonly limitSeconds: number;
}

interface Running {
  readonly stdout: FrameReader;
  readonly stderr: FrameReader;
  out?: string;
  err?: string;
  status: number;
  resolve(result: ShellResult): void;
  reject(error: LaneError): void;
}

/** Makes a lane of a child process that was started with `laneCommand`. Rejects with LaneError. */
export function openLane(child: ChildProcessWithoutNullStreams, options: LaneOptions): Promise<Lane> {
  const { tokens } = options;
  let alive = true;
  let pid = 0;
  let greeting = '';
  let tail = '';
  let prompts = 0;
  let opened = { out: false, err: false };
  let running: Running | undefined;
  const readyOut = frameReader(tokens.ready);
  const readyErr = frameReader(tokens.ready);
  let gone: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    gone = resolve;
  });

  return new Promise<Lane>((resolve, reject) => {
    const refuse = (error: LaneError): void => {
      clearTimeout(timer);
      alive = false;
      child.kill('SIGKILL');
      reject(error);
    };
    const timer = setTimeout(
      () => refuse(new LaneError('slow', readyErr.sofar())),
      options.limitSeconds * 1000,
    );

    const settle = (): void => {
      if (!opened.out || !opened.err) return;
      clearTimeout(timer);
      child.stdin.write(SURROUNDINGS);
      resolve(lane);
    };
    const finish = (): void => {
      if (running?.out === undefined || running.err === undefined) return;
      const { out, err, status, resolve: done } = running;
      running = undefined;
      done({ exitCode: status, stdout: out, stderr: err });
    };

    const lane: Lane = {
      get pid() {
        return pid;
      },
      get greeting() {
        return greeting;
      },
      get alive() {
        return alive;
      },
      run(script) {
        return new Promise((done, broke) => {
          if (!alive || running) {
            broke(new LaneError('ended', tail));
            return;
          }
          const token = newToken();
          running = {
            stdout: frameReader(token),
            stderr: frameReader(token),
            status: 0,
            resolve: done,
            reject: broke,
          };
          child.stdin.write(frame(script, token));
        });
      },
      async close() {
        child.stdin.end();
        const late = setTimeout(() => child.kill('SIGKILL'), 2000);
        await ended;
        clearTimeout(late);
      },
      kill() {
        alive = false;
        child.kill('SIGKILL');
      },
    };

    child.stdout.on('data', (chunk: Buffer) => {
      if (!opened.out) {
        const ready = readyOut.push(chunk);
        if (!ready) return;
        pid = ready.status;
        opened = { ...opened, out: true };
        settle();
        return;
      }
      // Output between two requests is of a process that outlived its script; it belongs to nobody.
      if (!running || running.out !== undefined) return;
      const whole = running.stdout.push(chunk);
      if (!whole) return;
      running.out = whole.text;
      running.status = whole.status;
      finish();
    });

    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-4000);
      if (!opened.err) {
        const ready = readyErr.push(chunk);
        if (ready) {
          greeting = ready.text.replaceAll(tokens.prompt, '');
          tail = '';
          opened = { ...opened, err: true };
          settle();
          return;
        }
        const said = readyErr.sofar();
        if (said.includes(tokens.notRoot)) refuse(new LaneError('not-root', ''));
        const asked = said.split(tokens.prompt).length - 1;
        if (asked <= prompts) return;
        prompts = asked;
        if (options.sudoPassword === undefined) refuse(new LaneError('sudo-password-needed', ''));
        else if (asked > 1) refuse(new LaneError('sudo-refused', ''));
        else child.stdin.write(`${options.sudoPassword}\n`);
        return;
      }
      if (!running || running.err !== undefined) return;
      const whole = running.stderr.push(chunk);
      if (!whole) return;
      running.err = whole.text;
      finish();
    });

    // A write to a shell that is gone is told by 'close', not by the pipe.
    child.stdin.on('error', () => {});
    child.on('error', (error: NodeJS.ErrnoException) => {
      refuse(new LaneError(error.code === 'ENOENT' ? 'missing' : 'ended', error.message));
      gone();
    });
    child.on('close', () => {
      alive = false;
      gone();
      if (!opened.out || !opened.err) {
        const said = readyErr.sofar().replaceAll(tokens.prompt, '');
        refuse(new LaneError(/\bsudo\b|sudoers/.test(said) ? 'sudo-refused' : 'ended', said));
        return;
      }
      const broken = running;
      running = undefined;
      broken?.reject(new LaneError('ended', tail));
    });
  });
}
