import type { Client } from '../../api/client.ts';
import type { ByteStream } from '../../api/webSocket.ts';
import { CloudwrightError, fail } from '../../errors/problem.ts';
import type { Guest } from './guest.ts';

export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly title: string;
}

const SECONDS = 60;
const VERSION = 'RFB 003.008\n';
const NONE = 1;
const SHARED = 1;
const LONGEST_TITLE = 4096;

/**
 * Opens an instance's console as a browser does, up to what its screen is (RFC 6143, 7.1 to 7.3). The proxy sends
 * what the compute host answered, so this proves the connection between the two as well. Fails with CHECK_CONSOLE.
 */
export async function readScreen(client: Client, guest: Guest): Promise<Screen> {
  const page = new URL((await client.compute.console(guest.id)).reveal());
  // noVNC's page connects to what follows `path=`, from the root of its server.
  const address = new URL(`/${page.searchParams.get('path') ?? ''}`, page.origin);
  try {
    const stream = await client.session.http.webSocket(address.href, SECONDS);
    try {
      return await greet(stream);
    } finally {
      stream.close();
    }
  } catch (error) {
    if (error instanceof CloudwrightError || !(error instanceof Error)) throw error;
    const reason = error.message.replaceAll(address.search, '');
    return fail('CHECK_CONSOLE', { details: { name: guest.name, address: page.origin, reason } });
  }
}

async function greet(stream: ByteStream): Promise<Screen> {
  const version = (await stream.read(VERSION.length)).toString('latin1');
  if (version !== VERSION) throw new Error(`it speaks ${JSON.stringify(version)}`);
  stream.write(Buffer.from(VERSION));
  const types = [...(await stream.read((await stream.read(1)).readUInt8()))];
  if (!types.includes(NONE)) throw new Error(`it offers the security types ${types.join(', ') || 'none'}`);
  stream.write(Buffer.of(NONE));
  const result = (await stream.read(4)).readUInt32BE();
  if (result !== 0) throw new Error('the proxy could not agree with the compute host on how to encrypt');
  stream.write(Buffer.of(SHARED));
  const screen = await stream.read(24);
  const title = await stream.read(Math.min(screen.readUInt32BE(20), LONGEST_TITLE));
  return { width: screen.readUInt16BE(0), height: screen.readUInt16BE(2), title: title.toString('utf8') };
}
