import { generateKeyPairSync, randomBytes } from 'node:crypto';

export interface SshKeyPair {
  /** `-----BEGIN OPENSSH PRIVATE KEY-----` with a line feed at the end. */
  readonly privateKey: string;
  /** One line, as in authorized_keys, without a line feed. */
  readonly publicKey: string;
}

/** Makes an Ed25519 key pair in OpenSSH's own format (PROTOCOL.key of OpenSSH), without a passphrase. */
export function makeSshKeyPair(comment: string): SshKeyPair {
  const pair = generateKeyPairSync('ed25519');
  const { d, x } = pair.privateKey.export({ format: 'jwk' });
  const secret = Buffer.from(d ?? '', 'base64url');
  const open = Buffer.from(x ?? '', 'base64url');
  const blob = Buffer.concat([field('ssh-ed25519'), field(open)]);
  const check = randomBytes(4);
  const inner = Buffer.concat([check, check, blob, field(Buffer.concat([secret, open])), field(comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const outer = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'ascii'),
    field('none'),
    field('none'),
    field(''),
    Buffer.from([0, 0, 0, 1]),
    field(blob),
    field(Buffer.concat([inner, padding])),
  ]);
  const lines = outer.toString('base64').match(/.{1,70}/g) ?? [];
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `ssh-ed25519 ${blob.toString('base64')} ${comment}`,
  };
}

/** A string of the ssh protocol: four bytes of length, then the bytes. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
