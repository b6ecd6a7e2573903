import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** One page of a real headless Chromium. */
export interface Browser {
  /** Loads an address; rejects where nothing is loaded, as when a connection is refused. */
  open(address: string): Promise<void>;
  /** The value of an expression in the page; a promise is awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Evaluates again and again until the value is true; rejects after the limit with what the page shows then. */
  until(what: string, expression: string, limitSeconds?: number): Promise<void>;
  close(): Promise<void>;
}

/** Installs Debian's Chromium where there is none, as `npm test` does before; for a single file that is run by hand. */
export function ensureChromium(): void {
  try {
    execFileSync('chromium', ['--version'], { stdio: 'ignore' });
  } catch {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync('apt-get', ['-q', 'update'], { stdio: 'ignore', env });
    const install = ['install', '--yes', '--no-install-recommends', 'chromium'];
    execFileSync('apt-get', install, { stdio: 'inherit', env });
  }
}

/**
 * Starts Chromium, in a network namespace of this machine where one is named, and speaks the DevTools protocol with
 * it over a pipe: nothing listens anywhere. The self-signed certificate of a trial cloud is accepted.
 */
export async function startBrowser(networkNamespace?: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'cloudwright-chromium-'));
  const words = [
    ...(networkNamespace === undefined ? [] : ['ip', 'netns', 'exec', networkNamespace]),
    ...['chromium', '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    ...['--ignore-certificate-errors', '--remote-debugging-pipe', `--user-data-dir=${profile}`],
    'about:blank',
  ];
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    // Ended as a whole group: Chromium has helpers.
    detached: true,
  });
  const send = protocol(child);
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const page = (method: string, parameters: object = {}) => send(method, parameters, String(sessionId));

  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await page('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as { result: { value?: T }; exceptionDetails?: { text: string } };
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value as T;
  }

  return {
    evaluate,
    async open(address) {
      const { errorText } = await page('Page.navigate', { url: address });
      if (errorText) throw new Error(`${address}: ${String(errorText)}`);
    },
    async until(what, expression, limitSeconds = 60) {
      const limit = Date.now() + limitSeconds * 1000;
      for (;;) {
        // While a page is being left there is nothing to evaluate in.
        if (await evaluate<boolean>(expression).catch(() => false)) return;
        if (Date.now() > limit) {
          const shown = await evaluate<string>('location.href + "\\n" + document.body.innerText').catch(
            String,
          );
          throw new Error(`${what}: not within ${limitSeconds} s. The page shows:\n${shown}`);
        }
        await pause(100);
      }
    },
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Requests and answers, JSON ended by a zero byte, on descriptors 3 and 4. */
function protocol(
  child: ChildProcess,
): (method: string, parameters?: object, sessionId?: string) => Promise<Record<string, unknown>> {
  const input = child.stdio[3] as Writable;
  const output = child.stdio[4] as Readable;
  const waiting = new Map<
    number,
    { resolve(value: Record<string, unknown>): void; reject(error: Error): void }
  >();
  let last = 0;
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const pieces = (rest + text).split('\0');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const { id, result, error } = JSON.parse(piece) as Answer;
      const request = id === undefined ? undefined : waiting.get(id);
      if (id === undefined || !request) continue;
      waiting.delete(id);
      if (error) request.reject(new Error(error.message));
      else request.resolve(result ?? {});
    }
  });
  const gone = (): void => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium has ended'));
  };
  child.once('error', gone);
  child.once('close', gone);
  input.on('error', () => {});
  return (method, parameters = {}, sessionId) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      input.write(
        `${JSON.stringify({ id: last, method, params: parameters, ...(sessionId && { sessionId }) })}\0`,
      );
    });
}
