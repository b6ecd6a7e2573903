import { describe, expect, it } from 'vitest';
import { type FakeCloud, withFakeCloud } from './fake-cloud.ts';
import { type Conversation, converse } from './fake-console.ts';

const LONG_SECONDS = 20;

/** Opens a WebSocket of a cloud that holds the conversation. */
async function open(cloud: FakeCloud, conversation: Conversation, limitSeconds = LONG_SECONDS) {
  cloud.onUpgrade((socket, head) => converse(socket, head, conversation));
  return await cloud.client().session.http.webSocket(`${cloud.url}/`, limitSeconds);
}

describe('a WebSocket', () => {
  it('is a stream of bytes, whatever the messages are', () =>
    withFakeCloud(async (cloud) => {
      const stream = await open(cloud, [
        { send: Buffer.from('abcdef') },
        { after: Buffer.from('on'), send: Buffer.from('ghi') },
      ]);
      expect((await stream.read(2)).toString()).toBe('ab');
      stream.write(Buffer.from('on'));
      expect((await stream.read(7)).toString()).toBe('cdefghi');
      stream.close();
    }));

  it('ends a read when the other side closes', () =>
    withFakeCloud(async (cloud) => {
      const stream = await open(cloud, [{ after: Buffer.from('expected'), send: Buffer.from('x') }]);
      stream.write(Buffer.from('another'));
      await expect(stream.read(1)).rejects.toThrow();
      stream.close();
    }));

  it('ends a read after its limit', () =>
    withFakeCloud(async (cloud) => {
      const stream = await open(cloud, [{ send: Buffer.from('a') }], 0.2);
      await expect(stream.read(2)).rejects.toThrow('no answer within 0.2 s');
      stream.close();
    }));

  it('is refused by a server that offers none', () =>
    withFakeCloud(async (cloud) => {
      cloud.onUpgrade((socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
      await expect(cloud.client().session.http.webSocket(`${cloud.url}/`, LONG_SECONDS)).rejects.toThrow();
    }));
});
