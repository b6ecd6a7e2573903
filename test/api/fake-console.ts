import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';

/** Messages to send, each after the one that is expected of the client; a missing expectation waits for nothing. */
export type Conversation = readonly { readonly after?: Buffer; readonly send: Buffer }[];

const VERSION = Buffer.from('RFB 003.008\n');

/** What a compute host says about a screen of 720 × 400 through a proxy. */
export const goodScreen: Conversation = [
  { send: VERSION },
  { after: VERSION, send: Buffer.of(1, 1) },
  { after: Buffer.of(1), send: Buffer.of(0, 0, 0, 0) },
  { after: Buffer.of(1), send: screen(720, 400, 'QEMU (instance)') },
];

/** As the proxy answers when it does not trust the compute host. */
export const untrustedScreen: Conversation = [
  ...goodScreen.slice(0, 2),
  { after: Buffer.of(1), send: Buffer.from([0, 0, 0, 1, 0, 0, 0, 2, 0x6e, 0x6f]) },
];

function screen(width: number, height: number, title: string): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt16BE(width, 0);
  head.writeUInt16BE(height, 2);
  head.writeUInt32BE(title.length, 20);
  return Buffer.concat([head, Buffer.from(title)]);
}

/** The answer to a request for a WebSocket (RFC 6455, 4.2.2). */
export function acceptance(key: string): string {
  const digest = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  return [...lines, `Sec-WebSocket-Accept: ${digest}`, '', ''].join('\r\n');
}

/** Holds the conversation; closes the connection at the first message that is not the expected one. */
export function converse(socket: Duplex, head: string, conversation: Conversation): void {
  const left = [...conversation];
  const next = (): void => {
    const [step] = left;
    if (step && !step.after) send(left.shift()?.send);
  };
  const send = (bytes: Buffer | undefined): void => {
    // In two frames: a message is no unit of the protocol inside.
    if (bytes) for (const part of [bytes.subarray(0, 1), bytes.subarray(1)]) socket.write(frame(part));
    next();
  };
  socket.on('error', () => {});
  socket.on('data', (data: Buffer) => {
    const step = left.shift();
    if (!step?.after?.equals(content(data))) {
      socket.destroy();
      return;
    }
    send(step.send);
  });
  socket.write(head);
  next();
}

function frame(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x82, bytes.length), bytes]);
}

/** Of a client's short frame, which is masked. */
function content(data: Buffer): Buffer {
  const length = (data[1] ?? 0) & 0x7f;
  const mask = data.subarray(2, 6);
  return Buffer.from(data.subarray(6, 6 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}
