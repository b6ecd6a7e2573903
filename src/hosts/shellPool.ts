import type { Limits } from './limits.ts';
import { type Shell, ShellError } from './shell.ts';

export interface ShellPoolOptions {
  /** Shells at a time. sshd allows 10 sessions a connection by default (`MaxSessions`). */
  readonly sessions: number;
  /** Opens one more shell over the same connection; rejects with ShellError. */
  open(): Promise<Shell>;
  /** How many shells beyond the first of each connection this process may have. */
  readonly limits?: Pick<Limits, 'takeSession' | 'giveSession'> | undefined;
}

interface Waiting {
  resolve(shell: Shell): void;
  reject(error: unknown): void;
}

/** The shells of one connection: a request takes a free one, or waits; more are opened while requests wait. */
export class ShellPool {
  private readonly options: ShellPoolOptions;
  private readonly shells = new Set<Shell>();
  private readonly idle: Shell[] = [];
  /** Shells that keep something open. */
  private readonly aside = new Set<Shell>();
  private readonly waiting: Waiting[] = [];
  private readonly first: Shell;
  private limit: number;
  private opening = 0;
  private closed = false;

  constructor(first: Shell, options: ShellPoolOptions) {
    this.options = options;
    this.first = first;
    this.limit = options.sessions;
    this.add(first);
  }

  /** A shell for one request; give it back with `release`. Rejects with ShellError. */
  take(): Promise<Shell> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.serve();
    });
  }

  release(shell: Shell): void {
    if (shell.alive) this.idle.push(shell);
    else this.shells.delete(shell);
    this.serve();
  }

  /** Lets a shell serve no more, so that it ends at once when its input does; it serves where the host opens no other. */
  setAside(shell: Shell): void {
    if (!shell.alive) {
      this.release(shell);
      return;
    }
    this.aside.add(shell);
    this.serve();
  }

  /** A shell for urgent work, beyond the limit where none is free. Rejects with ShellError. */
  async takeExtra(): Promise<Shell> {
    return this.takeIdle() ?? this.add(await this.options.open(), false);
  }

  /** Ends all shells after what they run. */
  async close(): Promise<void> {
    this.closed = true;
    this.serve();
    // The first shell's process carries the others, also when it takes no more requests.
    await Promise.all([...new Set([...this.shells, this.first])].map((shell) => shell.close()));
  }

  private serve(): void {
    if (this.closed) this.rejectAll(new ShellError('ended', ''));
    while (this.waiting.length > 0) {
      const shell = this.takeIdle();
      if (!shell) break;
      this.waiting.shift()?.resolve(shell);
    }
    while (this.opening < this.waiting.length && this.mayOpen()) this.openMore();
  }

  private takeIdle(): Shell | undefined {
    for (let shell = this.idle.pop(); shell; shell = this.idle.pop()) if (shell.alive) return shell;
    return undefined;
  }

  /** Shells that serve, or soon will. */
  private get serving(): number {
    return this.shells.size - this.aside.size + this.opening;
  }

  private mayOpen(): boolean {
    if (this.serving >= this.limit) return false;
    // One shell is always allowed: without it the waiting requests would never be served.
    return this.serving === 0 || (this.options.limits?.takeSession() ?? true);
  }

  private openMore(): void {
    const counted = this.serving > 0;
    this.opening += 1;
    this.options.open().then(
      (shell) => {
        this.opening -= 1;
        if (counted) shell.ended.then(() => this.options.limits?.giveSession());
        if (this.closed) void shell.close();
        else this.idle.push(this.add(shell, false));
        this.serve();
      },
      (error: unknown) => {
        this.opening -= 1;
        if (counted) this.options.limits?.giveSession();
        this.onOpenFailed(error);
      },
    );
  }

  /** sshd may allow fewer sessions than we would use: then those that are open share the work. */
  private onOpenFailed(error: unknown): void {
    if (this.serving === 0) {
      this.idle.push(...this.aside);
      this.aside.clear();
    }
    this.limit = Math.max(
      1,
      [...this.shells].filter((shell) => shell.alive && !this.aside.has(shell)).length,
    );
    if (this.serving === 0) this.rejectAll(error);
    else this.serve();
  }

  private add(shell: Shell, idle = true): Shell {
    this.shells.add(shell);
    if (idle) this.idle.push(shell);
    shell.ended.then(() => {
      this.shells.delete(shell);
      this.aside.delete(shell);
      this.serve();
    });
    return shell;
  }

  private rejectAll(error: unknown): void {
    for (const waiting of this.waiting.splice(0)) waiting.reject(error);
  }
}
