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
    const opening = dial(host, port, this.#broken.get(address)).catch((error: unknown) => {
      this.#known.delete(address);
      throw new DialError(error);
    });
    this.#known.set(address, opening);
    return opening;
  }

  /** Nothing came back over the path to this address: the next connection dials again. */
  async forget(host: string, port: number): Promise<void> {
    const address = `${host}:${port}`;
    const path = await this.#known.get(address)?.catch(() => undefined);
    this.#known.delete(address);
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
        await this.forget(target.hostname, port);
      }
    }
  }
}

function opened(connect: buildConnector.connector, target: buildConnector.Options): Promise<Opened> {
  return new Promise((resolve, reject) => {
    connect(target, (error, socket) => (socket ? resolve(socket) : reject(error)));
  });
}
