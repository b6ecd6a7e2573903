import { createServer as createPlain, type Server } from 'node:net';
import { createServer, type Server as TlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { clientCheck } from '../../../src/infrastructure/messaging/checks.ts';
import client from '../../../src/infrastructure/messaging/client.sh';
import { shellProgram } from '../../../src/resources/program.ts';
import { reveal } from '../../../src/secrets/confidential.ts';
import { makeAuthority } from '../../../src/vault/certificate.ts';
import { scratch } from '../../resources/sh.ts';
import { threeControls } from '../../steps/clouds.ts';
import { credentialFiles, runShell } from '../rabbitmq/node.ts';

const BROKER = '127.0.0.1';
const place = scratch();
const now = new Date();
const open: (Server | TlsServer)[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listening(server: Server | TlsServer): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, BROKER, resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it listens at no port');
  return address.port;
}

/** What the client prints of a broker whose certificate is for this address. */
async function seen(shown: {
  readonly address?: string;
  readonly days?: number;
  readonly stranger?: boolean;
  readonly version?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
}): Promise<string> {
  const authority = await makeAuthority('brokers', now);
  const signer = shown.stranger ? await makeAuthority('others', now) : authority;
  const started = new Date(now.getTime() - (shown.days === undefined ? 0 : 40 * 86_400_000));
  const { own } = await credentialFiles(scratchOfBroker, signer, {
    name: 'control1',
    address: shown.address ?? BROKER,
    now: started,
    ...(shown.days !== undefined && { days: shown.days }),
  });
  const paths = await credentialFiles(place, authority, { name: 'own', now });
  const version = shown.version ?? 'TLSv1.3';
  const server = createServer({
    key: own.key,
    cert: own.certificate,
    minVersion: version,
    maxVersion: version,
    ...(version === 'TLSv1.1' && { ciphers: 'ALL:@SECLEVEL=0' }),
  });
  server.on('tlsClientError', () => {});
  return await ask(await listening(server), paths.authority);
}

const scratchOfBroker = scratch();

async function ask(port: number, authority: string): Promise<string> {
  return (await runShell(reveal(shellProgram(client, { authority, port }, [BROKER])))).stdout;
}

describe('a client of the broker', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('verifies it over %s', async (version) => {
    expect(await seen({ version })).toBe(`${BROKER} ${version}\n`);
  });

  it.each([
    ['of another authority', { stranger: true }, 'certificate verify failed'],
    ['for another address', { address: '192.0.2.1' }, 'IP address mismatch'],
    ['that has expired', { days: 30 }, 'certificate has expired'],
  ])('accepts no certificate %s', async (_what, shown, reason) => {
    expect(await seen(shown)).toContain(reason);
  });

  it('accepts no older version, and no clear text', async () => {
    expect(await seen({ version: 'TLSv1.1' })).not.toContain('TLSv1.1\n');
    const authority = (
      await credentialFiles(place, await makeAuthority('brokers', now), { name: 'own', now })
    ).authority;
    const plain = createPlain((socket) => {
      socket.on('error', () => {});
      socket.end('AMQP\0\0\x09\x01');
    });
    expect(await ask(await listening(plain), authority)).not.toMatch(/TLSv1\.[23]\n/);
  });
});

describe('the check of a client', () => {
  const check = clientCheck(threeControls(), { name: 'compute1' } as Parameters<typeof clientCheck>[1]);
  const judge = (lines: readonly string[]) =>
    check.judge({ exitCode: 0, stdout: `${lines.join('\n')}\n`, stderr: '' });
  const good = ['192.0.2.11 TLSv1.3', '192.0.2.12 TLSv1.3', '192.0.2.13 TLSv1.2'];

  it('holds when every broker was verified', () => {
    expect(judge(good)).toMatchObject({ ok: true, sentence: '3 of 3 brokers verified' });
  });

  it.each([
    ['one was not reached', [...good.slice(0, 2), '192.0.2.13 timed out']],
    ['one was not asked', good.slice(1)],
    ['one speaks an old version', [...good.slice(0, 2), '192.0.2.13 TLSv1.1']],
    ['nothing was printed', []],
  ])('fails when %s', (_what, lines) => {
    expect(judge(lines)).toMatchObject({ ok: false });
  });
});
