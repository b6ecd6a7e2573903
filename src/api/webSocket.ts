import type { WebSocketInit, WebSocket as WebSocketType } from 'undici';

/** The messages of a WebSocket as one stream of bytes. */
export interface ByteStream {
  /** Exactly `count` bytes; rejects when the connection ends before, or `limitSeconds` after it was opened. */
  read(count: number): Promise<Buffer>;
  write(bytes: Uint8Array): void;
  close(): void;
}

export interface WebSocketRequest {
  readonly library: { readonly WebSocket: new (url: string, init: WebSocketInit) => WebSocketType };
  readonly url: string;
  readonly dispatcher: WebSocketInit['dispatcher'];
  /** Of the whole conversation. */
  readonly limitSeconds: number;
}

/** Opens a WebSocket. Rejects with an `Error` when it is refused or the limit passes. */
export async function openWebSocket({
  library,
  url,
  dispatcher,
  limitSeconds,
}: WebSocketRequest): Promise<ByteStream> {
  const socket = new library.WebSocket(url, { ...(dispatcher && { dispatcher }) });
  socket.binaryType = 'arraybuffer';
  let received = Buffer.alloc(0);
  let ended: Error | undefined;
  let wake = (): void => {};

  function end(reason: string): void {
    ended ??= new Error(reason);
    wake();
  }
  const timer = setTimeout(() => end(`no answer within ${limitSeconds} s`), limitSeconds * 1000);
  socket.addEventListener('message', ({ data }) => {
    received = Buffer.concat([received, Buffer.from(data as ArrayBuffer)]);
    wake();
  });
  socket.addEventListener('open', () => wake());
  socket.addEventListener('error', ({ error }) => end(causeOf(error) || 'the connection failed'));
  socket.addEventListener('close', ({ reason }) => end(reason || 'the connection was closed'));

  /** Waits for an event after which `ready` holds. */
  async function until(ready: () => boolean): Promise<void> {
    while (!ready()) {
      if (ended) throw ended;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  function close(): void {
    clearTimeout(timer);
    socket.close();
  }

  try {
    await until(() => socket.readyState === socket.OPEN);
  } catch (error) {
    close();
    throw error;
  }
  return {
    async read(count) {
      await until(() => received.length >= count);
      const taken = received.subarray(0, count);
      received = received.subarray(count);
      return taken;
    },
    write: (bytes) => socket.send(bytes),
    close,
  };
}

/** The library wraps what happened to the connection several times. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return causeOf(error.cause) || error.message;
}
