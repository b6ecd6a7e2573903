import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { ShellResult } from './connection.ts';
import { type FrameReader, frame, frameReader, newToken } from './frame.ts';
import { becomeRootFailure, SHELL_ENVIRONMENT, type ShellTokens } from './shellCommand.ts';

/** A long-lived shell that runs one script after another. */
export interface Shell {
  /** Process id of the shell on the host. */
  readonly pid: number;
  /** What the transport wrote before the shell answered: ssh's warnings, the host key's fingerprint. */
  readonly greeting: string;
  /** Takes requests. */
  readonly alive: boolean;
  /** Resolves once the process on this machine has ended, with its last lines on standard error. */
  readonly ended: Promise<string>;
  /**
   * Runs one script; one at a time. With `keeps` the shell itself evaluates it. Rejects with ShellError when the shell
   * ends before the script has.
   */
  run(script: string, keeps?: boolean): Promise<ShellResult>;
  /** Ends the shell's input, so that it ends after its script. Resolves once it has; it is killed after 2 s. */
  close(): Promise<void>;
  /** Takes no more requests and fails the present one. The process ends, unless it carries the other shells. */
  abandon(): void;
}

/** Why a shell could not be opened, or ended. */
export type ShellFailure =
  | 'ended'
  | 'sudo-refused'
  | 'sudo-password-needed'
  | 'not-root'
  | 'missing'
  | 'slow';

/** `output` is what came on standard error. */
export class ShellError extends Error {
  readonly reason: ShellFailure;
  readonly output: string;

  constructor(reason: ShellFailure, output: string) {
    super(`shell ${reason}`);
    this.reason = reason;
    this.output = output;
  }
}

export interface ShellOptions {
  readonly tokens: ShellTokens;
  /** Written when sudo asks for it, and only then. */
  readonly sudoPassword?: string | undefined;
  /** Seconds until the shell must have answered. */
  readonly limitSeconds: number;
  /** The process is the control master: other shells depend on it, so it is never killed for the sake of this one. */
  readonly carriesOthers?: boolean;
}

/** Makes a shell of a child process that was started with `shellCommand`. Rejects with ShellError. */
export function openShell(child: ChildProcessWithoutNullStreams, options: ShellOptions): Promise<Shell> {
  return new ProcessShell(child, options).opened;
}

interface Request {
  readonly stdout: FrameReader;
  readonly stderr: FrameReader;
  output?: string;
  errors?: string;
  exitCode: number;
  resolve(result: ShellResult): void;
  reject(error: ShellError): void;
}

/**
 * opening → idle ⇄ running → closed. Both streams carry a marker when the shell is ready and when a script has ended;
 * a state is left once both have come.
 */
class ProcessShell implements Shell {
  pid = 0;
  greeting = '';
  readonly opened: Promise<Shell>;
  readonly ended: Promise<string>;
  private state: 'opening' | 'idle' | 'running' | 'closed' = 'opening';
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly options: ShellOptions;
  private readonly ready: { readonly stdout: FrameReader; readonly stderr: FrameReader };
  private readonly timer: NodeJS.Timeout;
  private readyStreams = 0;
  private errorsReady = false;
  private passwordPrompts = 0;
  /** The end of standard error since the shell was ready: evidence when it ends. */
  private lastErrors = '';
  private request: Request | undefined;
  private settleOpened: { resolve(shell: Shell): void; reject(error: ShellError): void } = {
    resolve: () => undefined,
    reject: () => undefined,
  };

  constructor(child: ChildProcessWithoutNullStreams, options: ShellOptions) {
    this.child = child;
    this.options = options;
    this.ready = { stdout: frameReader(options.tokens.ready), stderr: frameReader(options.tokens.ready) };
    this.opened = new Promise((resolve, reject) => {
      this.settleOpened = { resolve, reject };
    });
    this.timer = setTimeout(
      () => this.refuse('slow', this.ready.stderr.received()),
      options.limitSeconds * 1000,
    );
    this.ended = new Promise((resolve) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        this.refuse(error.code === 'ENOENT' ? 'missing' : 'ended', error.message);
        resolve(error.message);
      });
      child.on('close', () => {
        this.onEnd();
        resolve(this.lastErrors);
      });
    });
    child.stdout.on('data', (chunk: Buffer) => this.onOutput(chunk));
    child.stderr.on('data', (chunk: Buffer) => this.onErrorOutput(chunk));
    // A write to a process that has ended shows in 'close'.
    child.stdin.on('error', () => undefined);
  }

  get alive(): boolean {
    return this.state === 'idle' || this.state === 'running';
  }

  run(script: string, keeps = false): Promise<ShellResult> {
    if (this.state !== 'idle') return Promise.reject(new ShellError('ended', this.lastErrors));
    const token = newToken();
    this.state = 'running';
    return new Promise((resolve, reject) => {
      this.request = {
        stdout: frameReader(token),
        stderr: frameReader(token),
        exitCode: 0,
        resolve,
        reject,
      };
      this.child.stdin.write(frame(script, token, keeps));
    });
  }

  async close(): Promise<void> {
    this.child.stdin.end();
    const late = setTimeout(() => this.kill(), 2000);
    await this.ended;
    clearTimeout(late);
  }

  abandon(): void {
    this.fail();
    if (!this.options.carriesOthers) this.kill();
  }

  private onOutput(chunk: Buffer): void {
    if (this.state === 'opening') {
      const ready = this.ready.stdout.push(chunk);
      if (!ready) return;
      this.pid = ready.status;
      this.onReady();
      return;
    }
    // Output between two requests is from a process that outlived its script: it is dropped.
    if (!this.request || this.request.output !== undefined) return;
    const whole = this.request.stdout.push(chunk);
    if (!whole) return;
    this.request.output = whole.text;
    this.request.exitCode = whole.status;
    this.onScriptEnd();
  }

  private onErrorOutput(chunk: Buffer): void {
    this.lastErrors = (this.lastErrors + chunk.toString('utf8')).slice(-4000);
    if (this.state === 'opening' && !this.errorsReady) {
      this.onGreeting(chunk);
      return;
    }
    if (!this.request || this.request.errors !== undefined) return;
    const whole = this.request.stderr.push(chunk);
    if (!whole) return;
    this.request.errors = whole.text;
    this.onScriptEnd();
  }

  /** Standard error before the shell is ready: ssh's words, sudo's prompt, at last our marker. */
  private onGreeting(chunk: Buffer): void {
    const { tokens, sudoPassword } = this.options;
    const ready = this.ready.stderr.push(chunk);
    if (ready) {
      this.greeting = ready.text.replaceAll(tokens.prompt, '');
      this.lastErrors = '';
      this.errorsReady = true;
      this.onReady();
      return;
    }
    const received = this.ready.stderr.received();
    const failure = becomeRootFailure(received, tokens, sudoPassword !== undefined);
    if (failure) {
      this.refuse(failure, '');
      return;
    }
    const prompts = received.split(tokens.prompt).length - 1;
    if (prompts === this.passwordPrompts) return;
    this.passwordPrompts = prompts;
    this.child.stdin.write(`${sudoPassword}\n`);
  }

  /** opening → idle, once both streams carry the marker. */
  private onReady(): void {
    this.readyStreams += 1;
    if (this.readyStreams < 2) return;
    clearTimeout(this.timer);
    this.state = 'idle';
    this.child.stdin.write(SHELL_ENVIRONMENT);
    this.settleOpened.resolve(this);
  }

  /** running → idle, once both streams carry the marker. */
  private onScriptEnd(): void {
    if (this.request?.output === undefined || this.request.errors === undefined) return;
    const { output, errors, exitCode, resolve } = this.request;
    this.request = undefined;
    this.state = 'idle';
    resolve({ exitCode, stdout: output, stderr: errors });
  }

  /** opening → closed. */
  private refuse(reason: ShellFailure, output: string): void {
    clearTimeout(this.timer);
    this.state = 'closed';
    this.kill();
    this.settleOpened.reject(new ShellError(reason, output));
  }

  /** any → closed, when the process has ended. */
  private onEnd(): void {
    if (this.state !== 'opening') {
      this.fail();
      return;
    }
    const output = this.ready.stderr.received().replaceAll(this.options.tokens.prompt, '');
    this.refuse(/\bsudo\b|sudoers/.test(output) ? 'sudo-refused' : 'ended', output);
  }

  /** The streams are closed too: a process that the shell left behind may hold their other ends. */
  private kill(): void {
    this.child.kill('SIGKILL');
    this.child.stdout.destroy();
    this.child.stderr.destroy();
  }

  private fail(): void {
    const { request } = this;
    this.state = 'closed';
    this.request = undefined;
    request?.reject(new ShellError('ended', this.lastErrors));
  }
}
