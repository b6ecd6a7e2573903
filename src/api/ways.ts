import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import type { Dial } from './dial.ts';

/** The dial function itself failed: no host could open a way. */
export class DialError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Error codes of node:tls about the other side's certificate. */
export const CERTIFICATE_CODES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

/** Seconds for a TCP connection and its TLS handshake. */
const CONNECT_SECONDS = 20;

type Opened = Socket | TLSSocket;

/** Remembers the path to each address, and asks for another one when it broke. */
export class Ways {
  readonly #dial: Dial | undefined;
  readonly #known = new Map<string, Promise<string | undefined>>();
  readonly #broken = new Map<string, string>();
  readonly #dials = new Map<string, number>();

  constructor(dial: Dial | undefined) {
    this.#dial = dial;
  }

  /** @throws DialError when the dial function rejects; the next call dials again. */
  to(host: string, port: number): Promise<string | undefined> {
    const dial = this.#dial;
    if (!dial) return Promise.resolve(undefined);
    const address = `${host}:${port}`;
    const known = this.#known.get(address);
    if (known) return known;
    const opening: Promise<string | undefined> = dial(host, port, this.#broken.get(address)).catch(
      (error: unknown) => {
        if (this.#known.get(address) === opening) this.#known.delete(address);
        throw new DialError(error);
      },
    );
    this.#known.set(address, opening);
    this.#dials.set(address, (this.#dials.get(address) ?? 0) + 1);
    return opening;
  }

  /** Which path to the address a request that starts now uses, or will open: a number that grows with each dial. */
  generation(host: string, port: number): number {
    const address = `${host}:${port}`;
    const dials = this.#dials.get(address) ?? 0;
    return this.#known.has(address) ? dials : dials + 1;
  }

  /**
   * Nothing came back over a path to this address: the next connection dials again, unless another request has
   * already replaced that path.
   */
  async forget(host: string, port: number, generation: number): Promise<void> {
    const address = `${host}:${port}`;
    const opened = this.#known.get(address);
    if (!opened || this.#dials.get(address) !== generation) return;
    this.#known.delete(address);
    const path = await opened.catch(() => undefined);
    if (path !== undefined) this.#broken.set(address, path);
  }

  /** A connector for undici: dials, connects and tries the next path while one that was given does not work. */
  connector(build: typeof buildConnector, ca: string | undefined): buildConnector.connector {
    return (target, callback) => {
      this.#connect(build, ca, target).then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      );
    };
  }

  async #connect(
    build: typeof buildConnector,
    ca: string | undefined,
    target: buildConnector.Options,
  ): Promise<Opened> {
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
    const tried = new Set<string>();
    for (;;) {
      const generation = this.generation(target.hostname, port);
      const path = await this.to(target.hostname, port);
      const connect = build({
        timeout: CONNECT_SECONDS * 1000,
        ...(ca !== undefined && { ca }),
        ...(path !== undefined && { socketPath: path }),
      });
      try {
        return await opened(connect, target);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? '';
        if (path === undefined || tried.has(path) || CERTIFICATE_CODES.test(code)) throw error;
        tried.add(path);
        await this.forget(target.hostname, port, generation);
      }
    }
  }
}

function opened(connect: buildConnector.connector, target: buildConnector.Options): Promise<Opened> {
  return new Promise((resolve, reject) => {
    connect(target, (error, socket) => (socket ? resolve(socket) : reject(error)));
  });
}
