import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt } from '../../../src/system/command.ts';
import { noteLeftBehind } from './leftBehind.ts';
import type { Needle } from './secrets.ts';

const PROGRAM = fileURLToPath(new URL('capture.pl', import.meta.url));

/** An interface in a network namespace of this machine. Lab nodes and a lab's networks have such namespaces. */
export interface Place {
  readonly namespace: string;
  readonly device: string;
  /** How a clear-text datagram gets through the interface: sent in a namespace, to an address. */
  readonly control: { readonly namespace: string; readonly address: string };
}

/**
 * What passed an interface, by who can read it. `control`: the test's own datagram. `loopback`: between addresses of
 * 127.0.0.0/8 or ::1, which never leave a host. `vrrp`: between load balancers. `rest`: all that goes to another
 * host, or would in a cloud of several hosts: Linux carries packets to any own address over `lo`.
 */
export type PacketClass = 'control' | 'loopback' | 'vrrp' | 'rest';

export interface Captured {
  readonly place: Place;
  readonly packets: number;
  /** Packets that the kernel dropped because the program was slow. */
  readonly drops: number;
  bytes(of: PacketClass): Promise<number>;
  /** Names of what can be read in the packets of a class. */
  readable(of: PacketClass): Promise<readonly string[]>;
}

export interface Capture {
  /** Ends the capture. The files hold secrets: they are removed after `work`. */
  stop<T>(work: (captured: readonly Captured[]) => Promise<T>): Promise<T>;
}

/** Clear text of the protocols that hosts speak to one another, as patterns of `grep -P`. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  // Fernet: version 128 and the high bytes of a time before 2106 (fernet-spec), in base64.
  token: 'gAAAAA[A-Za-z0-9_-]{40,}',
  'token in a header': '(?i)x-(auth|subject|service)-token: ',
  'basic authentication': '(?i)authorization: basic ',
  SQL: '(SELECT|INSERT INTO|UPDATE|DELETE FROM) [ -~]{6,}',
  // protocol-header (AMQP 0-9-1, 4.2.2; AMQP 1.0, 2.2).
  AMQP: 'AMQP[\\x00\\x03][\\x00\\x01][\\x00\\x09][\\x00\\x01]',
  OVSDB: '"(OVN_Northbound|OVN_Southbound|Open_vSwitch)"',
};

const CONTROL_NEEDLE = 'needle of the test';

/** Everything that the control's datagram must show. */
export const CONTROL_SHOWS: readonly string[] = [CONTROL_NEEDLE, ...Object.keys(PROTOCOLS)];

/**
 * Captures what passes the interfaces until it is stopped. At each one a datagram has passed in clear text that holds a
 * needle and something of each protocol.
 */
export async function startCapture(places: readonly Place[], needles: readonly Needle[]): Promise<Capture> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudwright-capture-'));
  noteLeftBehind('folder', folder);
  const mark = randomBytes(16).toString('hex');
  const known = [...needles, { secret: CONTROL_NEEDLE, text: mark }];
  const running = await Promise.all(
    places.map((place, index) => listen(place, join(folder, `${index}`), mark)),
  );
  for (const { control } of places) await sendControl(control, mark);
  return {
    async stop(work) {
      try {
        const captured = await Promise.all(running.map(async ({ stop }) => await stop()));
        return await work(captured.map((one) => ({ ...one, ...reader(one.path, one.place.device, known) })));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

interface Heard {
  readonly path: string;
  readonly place: Place;
  readonly packets: number;
  readonly drops: number;
}

/** One program for each interface; resolves when it hears. */
async function listen(place: Place, path: string, mark: string): Promise<{ stop(): Promise<Heard> }> {
  const { namespace, device } = place;
  await attempt('mkdir', ['-m', '700', path], { doing: 'make a folder for packets' });
  const words = ['netns', 'exec', namespace, 'perl', PROGRAM, device, path, mark];
  // It ends with the test, however that ends.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'ip', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (said.startsWith('ready\n')) resolve();
    });
  });
  await Promise.race([ready, closed]);
  const failed = (): Error => new Error(`no capture at ${device} in ${namespace}: ${said}`);
  if (!said.startsWith('ready\n')) throw failed();
  return {
    async stop() {
      child.kill('SIGTERM');
      await closed;
      const [, packets, drops] = /^ready\n(\d+) (\d+)\n$/.exec(said) ?? [];
      if (packets === undefined) throw failed();
      return { path, place, packets: Number(packets), drops: Number(drops) };
    },
  };
}

/** Sends its standard input to an address as one datagram. */
const SEND = `IO::Socket::INET->new(Proto => 'udp', PeerAddr => $ARGV[0], PeerPort => 9)->send(<STDIN>) or die $!`;

/** A datagram to the port `discard`, which nobody answers. */
async function sendControl({ namespace, address }: Place['control'], mark: string): Promise<void> {
  const lines = [
    'GET /v3 HTTP/1.1',
    `X-Auth-Token: gAAAAA${mark}${mark}`,
    `Authorization: Basic ${mark}`,
    `SELECT name FROM ${mark}`,
    '["OVN_Southbound",{"op":"select"}]',
  ];
  const input = `${lines.map((line) => `${line}\r\n`).join('')}AMQP\0\0\x09\x01`;
  const words = ['netns', 'exec', namespace, 'perl', '-MIO::Socket::INET', '-0777', '-e', SEND, address];
  const { exitCode, stderr } = await attempt('ip', words, { doing: 'send a datagram in clear text', input });
  if (exitCode !== 0) throw new Error(`no datagram to ${address}: ${stderr}`);
}

function reader(path: string, device: string, needles: readonly Needle[]) {
  const fileOf = (of: PacketClass): string => join(path, `${device}.${of}`);
  return {
    async bytes(of: PacketClass) {
      return existsSync(fileOf(of)) ? (await stat(fileOf(of))).size : 0;
    },
    async readable(of: PacketClass) {
      const texts = needles.map(({ text }) => text).join('\n');
      const found = new Set(await grep(['-F', '-f', '-'], fileOf(of), `${texts}\n`));
      const secrets = needles.flatMap(({ secret, text }) => (found.has(text) ? [secret] : []));
      const protocols: string[] = [];
      for (const [name, pattern] of Object.entries(PROTOCOLS))
        if ((await grep(['-m', '1', '-P', pattern], fileOf(of))).length > 0) protocols.push(name);
      return [...new Set([...secrets, ...protocols])].toSorted();
    },
  };
}

/** Each text that matches, once. Needles are given over standard input: an argument is for everybody to see. */
async function grep(words: readonly string[], file: string, input = ''): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await attempt(
    'sh',
    ['-c', 'LC_ALL=C grep -a -o -h "$@" | LC_ALL=C sort -u', 'grep', ...words, file],
    { doing: 'search the captured packets', input, limitSeconds: 300 },
  );
  if (exitCode !== 0 || stderr !== '') throw new Error(`search in ${file}: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}
