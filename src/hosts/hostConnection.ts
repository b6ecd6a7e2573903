import { rmSync } from 'node:fs';
import { CloudwrightError, fail, type Problem, problem } from '../errors/problem.ts';
import { lastLines } from '../system/text.ts';
import type { Connection, ShellRequest, ShellResult } from './connection.ts';
import type { HostLink, Transport } from './transport.ts';

/** How the connection to a host is. `reason` is what the transport wrote last, empty where it wrote nothing. */
export type HostState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** It ended by itself. The next use connects again. */
  | { readonly state: 'lost'; readonly reason: string }
  | { readonly state: 'reconnecting'; readonly reason: string }
  /** The last attempt failed. A use after the pause tries again. */
  | { readonly state: 'unreachable'; readonly problem: Problem }
  | { readonly state: 'closed' };

/**
 * After a failed attempt, uses within this time fail with the same error at once: a hundred resources of a host that
 * is down cost one attempt, not a hundred.
 */
const PAUSE_MILLISECONDS = 5000;

export interface HostConnectionOptions {
  readonly transport: Transport;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Beginning of the names of forwarded sockets. */
  readonly socketPrefix: string;
  readonly onState: (state: HostState) => void;
}

/**
 * A connection that is made again when it was lost: one attempt for all uses that need it. A request that was running
 * when the connection was lost is never repeated; it fails with HOST_LOST, since it may be half done.
 */
export class HostConnection implements Connection {
  readonly host: string;
  state: HostState = { state: 'connecting' };
  private readonly options: HostConnectionOptions;
  private link: HostLink | undefined;
  private attempt: Promise<HostLink> | undefined;
  private lostReason: string | undefined;
  private failure: { readonly error: unknown; readonly until: number } | undefined;
  /** Requests whose effect lasts as long as the link: a lock. They are made again on every new link, before any other. */
  private readonly kept: ShellRequest[] = [];
  private readonly forwards = new Map<
    string,
    { readonly socket: string; open: Promise<string> | undefined }
  >();

  constructor(host: string, options: HostConnectionOptions) {
    this.host = host;
    this.options = options;
  }

  /** The living link; connects where there is none. Rejects with CloudwrightError (HOST_*). */
  connect(): Promise<HostLink> {
    if (this.state.state === 'closed') return Promise.reject(this.closedError('connect'));
    if (this.link) return Promise.resolve(this.link);
    if (this.failure && this.options.clock() < this.failure.until) return Promise.reject(this.failure.error);
    this.attempt ??= this.tryOnce().finally(() => {
      this.attempt = undefined;
    });
    return this.attempt;
  }

  async run(request: ShellRequest): Promise<ShellResult> {
    if (this.state.state === 'closed') throw this.closedError(request.doing);
    const link = await this.connect();
    const result = await link.run(request);
    if (request.keeps && result.exitCode === 0) this.kept.push(request);
    return result;
  }

  /**
   * Path of a socket on this machine that leads to `address:port` as seen from the host. Call it before each
   * connection: after the host was lost it opens the same path again.
   */
  async forward(address: string, port: number): Promise<string> {
    const key = `${address}:${port}`;
    const known = this.forwards.get(key);
    const socket =
      known?.socket ?? this.options.transport.socketPath(`${this.options.socketPrefix}${this.forwards.size}`);
    const forwarded = known ?? { socket, open: undefined };
    this.forwards.set(key, forwarded);
    forwarded.open ??= this.openForward(socket, address, port).catch((error: unknown) => {
      forwarded.open = undefined;
      throw error;
    });
    return await forwarded.open;
  }

  async close(): Promise<void> {
    const { link, attempt } = this;
    if (this.state.state === 'closed') return;
    this.change({ state: 'closed' });
    this.link = undefined;
    const opened = link ?? (await attempt?.catch(() => undefined));
    await opened?.close();
  }

  private async tryOnce(): Promise<HostLink> {
    if (this.lostReason === undefined) this.change({ state: 'connecting' });
    else this.change({ state: 'reconnecting', reason: this.lostReason });
    try {
      const link = await this.options.transport.open(this.host);
      if (this.isClosed()) return link;
      await this.keepAgain(link);
      this.failure = undefined;
      this.link = link;
      this.lostReason = undefined;
      this.change({ state: 'connected' });
      link.ended.then((output) => this.onEnded(link, output));
      return link;
    } catch (error) {
      this.failure = { error, until: this.options.clock() + PAUSE_MILLISECONDS };
      const [reason] = error instanceof CloudwrightError ? error.problems : [];
      if (reason) this.change({ state: 'unreachable', problem: reason });
      throw error;
    }
  }

  private async keepAgain(link: HostLink): Promise<void> {
    const { host } = this;
    for (const request of this.kept) {
      const { exitCode, stderr } = await link.run(request);
      if (exitCode === 0) continue;
      void link.close();
      fail('RUN_LOCK_LOST', { place: { kind: 'cloud', host }, details: { host }, evidence: stderr.trim() });
    }
  }

  private onEnded(link: HostLink, output: string): void {
    if (this.link !== link) return;
    this.link = undefined;
    for (const forwarded of this.forwards.values()) forwarded.open = undefined;
    this.lostReason = lastLines(output, 3);
    this.change({ state: 'lost', reason: this.lostReason });
    // The processes of its other shells end with it; this releases what is left of them.
    void link.close();
  }

  private async openForward(socket: string, address: string, port: number): Promise<string> {
    const link = await this.connect();
    // A socket of the connection that was lost would refuse the new one.
    rmSync(socket, { force: true });
    await link.forward(socket, address, port);
    return socket;
  }

  private isClosed(): boolean {
    return this.state.state === 'closed';
  }

  private change(state: HostState): void {
    if (this.isClosed()) return;
    this.state = state;
    this.options.onState(state);
  }

  private closedError(doing: string): CloudwrightError {
    const { host } = this;
    return new CloudwrightError([
      problem('HOST_LOST', { place: { kind: 'cloud', host }, details: { host, doing } }),
    ]);
  }
}
