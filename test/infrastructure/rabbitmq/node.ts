import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { type Credential, makeCertificate, makeKey } from '../../../src/vault/certificate.ts';
import type { Answer } from '../../resources/sh.ts';

/** A certificate of the authority for a name, in files as a host has them. */
export async function credentialFiles(
  folder: string,
  authority: Credential,
  holder: { readonly name: string; readonly address?: string; readonly days?: number; readonly now: Date },
): Promise<{ readonly authority: string; readonly certificate: string; readonly key: string } & Credentials> {
  const key = makeKey();
  const certificate = await makeCertificate({
    subject: holder.name,
    key,
    issuer: authority,
    authority: false,
    addresses: holder.address === undefined ? [] : [holder.address],
    names: [holder.name],
    purposes: ['server', 'client'],
    days: holder.days ?? 30,
    now: holder.now,
  });
  const paths = {
    authority: join(folder, 'ca.pem'),
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'key.pem'),
  };
  writeFileSync(paths.authority, authority.certificate);
  writeFileSync(paths.certificate, certificate);
  writeFileSync(paths.key, key);
  return { ...paths, own: { key, certificate } };
}

interface Credentials {
  readonly own: Credential;
}

/** Runs a script while servers of the test answer; `path` goes before PATH. */
export async function runShell(script: string, path?: string): Promise<Answer> {
  const child = spawn('sh', ['-c', script], {
    env: { ...process.env, ...(path !== undefined && { PATH: `${path}:${process.env.PATH}` }) },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
  return { code, stdout, stderr };
}

/** The steps of the handshake that a node sends, before it is sent data. */
const STATUS = Buffer.from('sok');
const CHALLENGE = Buffer.from('Nchallenge');
const ACKNOWLEDGEMENT = Buffer.from('aack');

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

/**
 * A node as Erlang's TLS distribution is: messages with lengths of four bytes, and a certificate from both sides. It
 * answers the data after the handshake with the same data in capital letters.
 */
export async function startNode(
  own: Credential,
  authority: string,
): Promise<{ server: Server; port: number }> {
  const server = createServer(
    {
      ...{ key: own.key, cert: own.certificate, ca: authority },
      requestCert: true,
      rejectUnauthorized: true,
    },
    (socket) => answer(socket),
  );
  // A client that turns away is what some tests are about.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

function answer(socket: TLSSocket): void {
  let received = Buffer.alloc(0);
  let handshake = 0;
  socket.on('error', () => {});
  socket.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 4 && received.length >= 4 + received.readUInt32BE()) {
      const message = received.subarray(4, 4 + received.readUInt32BE());
      received = received.subarray(4 + message.length);
      if (handshake === 0) socket.write(Buffer.concat([framed(STATUS), framed(CHALLENGE)]));
      else if (handshake === 1) socket.write(framed(ACKNOWLEDGEMENT));
      else socket.write(framed(Buffer.from(message.toString().toUpperCase())));
      handshake += 1;
    }
  });
}
