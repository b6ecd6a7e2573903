import { chmodSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import ask from '../../../src/infrastructure/rabbitmq/ask.sh';
import { shellProgram } from '../../../src/resources/program.ts';
import { reveal } from '../../../src/secrets/confidential.ts';
import { makeAuthority } from '../../../src/vault/certificate.ts';
import { type Answer, scratch } from '../../resources/sh.ts';
import { credentialFiles, runShell, startNode } from './node.ts';

const place = scratch();
/** Where the certificates of other nodes are. */
const elsewhere = scratch();
const now = new Date();
const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** As erl_call: the handshake with lengths of two bytes, then a message whose length has four. */
const ERL_CALL = `#!/usr/bin/env python3
import socket, sys
if sys.argv[1:3] != ["-r", "-address"] or sys.argv[4:] != ["-e"]: sys.exit("unexpected: %s" % sys.argv)
host, port = sys.argv[3].split(":")
node = socket.create_connection((host, int(port)))
def read(lengths):
    size = int.from_bytes(node.recv(lengths, socket.MSG_WAITALL))
    return node.recv(size, socket.MSG_WAITALL)
def send(lengths, message):
    node.sendall(len(message).to_bytes(lengths) + message)
send(2, b"Nname")
if read(2) != b"sok" or read(2) != b"Nchallenge": sys.exit("no handshake")
send(2, b"rreply")
if read(2) != b"aack": sys.exit("no handshake")
send(4, sys.stdin.buffer.read())
print(read(4).decode())
`;

const FAKES: Readonly<Record<string, string>> = {
  erl_call: ERL_CALL,
  // runuser -u USER -- COMMAND
  runuser: '#!/bin/sh\n[ "$1 $2 $3" = "-u broker --" ] || exit 99\nshift 3\nexec "$@"\n',
  hostname: '#!/bin/sh\n[ "$*" = -s ] || exit 99\necho localhost\n',
};
for (const [name, text] of Object.entries(FAKES)) {
  writeFileSync(join(place, name), text);
  chmodSync(join(place, name), 0o755);
}

interface Paths {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Asks the node at the port of this machine, which is called localhost. */
async function askAt(port: number, { authority, certificate, key }: Paths): Promise<Answer> {
  const parameters = { user: 'broker', data: place, authority, certificate, key, port };
  const script = `${reveal(shellProgram([ask, 'ask_node'], parameters))} <<'ERLANG'\nquestion\nERLANG\n`;
  return await runShell(script, place);
}

async function nodeOf(...[own, authority]: Parameters<typeof startNode>): Promise<number> {
  const { server, port } = await startNode(own, authority);
  open.push(server);
  return port;
}

describe('a question to the node', () => {
  it('goes over TLS, with the lengths that each side expects', async () => {
    const authority = await makeAuthority('brokers', now);
    const paths = await credentialFiles(place, authority, { name: 'localhost', now });
    const answer = await askAt(await nodeOf(paths.own, authority.certificate), paths);
    expect(answer).toEqual({ code: 0, stdout: 'QUESTION\n\n', stderr: '' });
  });

  it('goes to no node of another authority', async () => {
    const paths = await credentialFiles(place, await makeAuthority('brokers', now), {
      name: 'localhost',
      now,
    });
    const other = await makeAuthority('others', now);
    const stranger = await credentialFiles(elsewhere, other, { name: 'localhost', now });
    const answer = await askAt(await nodeOf(stranger.own, other.certificate), paths);
    expect(answer.code).toBe(3);
    expect(answer.stderr).toMatch(/^localhost:\d+: .*certificate verify failed/);
    expect(answer.stderr).not.toContain('Traceback');
  });

  it('goes to no node with another name', async () => {
    const authority = await makeAuthority('brokers', now);
    const stranger = await credentialFiles(elsewhere, authority, { name: 'control2', now });
    const paths = await credentialFiles(place, authority, { name: 'localhost', now });
    const answer = await askAt(await nodeOf(stranger.own, authority.certificate), paths);
    expect(answer.code).toBe(3);
    expect(answer.stderr).toContain('Hostname mismatch');
  });

  it('goes to no node whose certificate has expired', async () => {
    const authority = await makeAuthority('brokers', now);
    const past = new Date(now.getTime() - 40 * 86_400_000);
    const stranger = await credentialFiles(elsewhere, authority, { name: 'localhost', now: past });
    const paths = await credentialFiles(place, authority, { name: 'localhost', now });
    const answer = await askAt(await nodeOf(stranger.own, authority.certificate), paths);
    expect(answer.code).toBe(3);
    expect(answer.stderr).toContain('certificate has expired');
  });

  // The state of the cluster tells a node that needs its renewed certificate from one that is slow by the exit status.
  it('that is cut off in the middle of the handshake is no refusal', async () => {
    const paths = await credentialFiles(place, await makeAuthority('brokers', now), {
      name: 'localhost',
      now,
    });
    const slow = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    open.push(slow);
    const address = slow.address();
    if (typeof address !== 'object' || address === null) throw new Error('it listens at no port');
    expect(await askAt(address.port, paths)).toMatchObject({ code: 1, stdout: '' });
  });

  it('with a certificate that the node does not accept exits with the same status as the other way round', async () => {
    const authority = await makeAuthority('brokers', now);
    const paths = await credentialFiles(place, authority, { name: 'localhost', now });
    const alert = createServer((socket) => {
      socket.on('error', () => {});
      // Record of TLS 1.2: alert, fatal, unknown_ca.
      socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 48])));
    });
    await new Promise<void>((resolve) => alert.listen(0, '127.0.0.1', resolve));
    open.push(alert);
    const address = alert.address();
    if (typeof address !== 'object' || address === null) throw new Error('it listens at no port');
    const answer = await askAt(address.port, paths);
    expect(answer.stderr).toMatch(/alert unknown ca/i);
    expect(answer.code).toBe(3);
  });

  it('does not go out in clear', async () => {
    const paths = await credentialFiles(place, await makeAuthority('brokers', now), {
      name: 'localhost',
      now,
    });
    let received = '';
    const plain = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        received += data.toString('latin1');
        socket.end('\0\x03sok');
      });
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    open.push(plain);
    const address = plain.address();
    if (typeof address !== 'object' || address === null) throw new Error('it listens at no port');
    const answer = await askAt(address.port, paths);
    expect(answer.code).toBe(1);
    expect(received).not.toContain('question');
    expect(received).not.toContain('Nname');
  });

  it('says where nothing answers', async () => {
    const authority = await makeAuthority('brokers', now);
    const paths = await credentialFiles(place, authority, { name: 'localhost', now });
    const port = await nodeOf(paths.own, authority.certificate);
    for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
    const answer = await askAt(port, paths);
    expect(answer).toMatchObject({ code: 1, stdout: '' });
    expect(answer.stderr).toMatch(/^localhost:\d+: .*refused/);
  });
});
