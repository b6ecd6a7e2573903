import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { bits, boolean, context, integer, objectId, octets, sequence, set, time, utf8 } from './der.ts';

const DAY_MS = 86_400_000;
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

export interface CertificateRequest {
  /** Common name of the holder. */
  readonly subject: string;
  /** Common name of the signer; the subject itself for an authority. */
  readonly issuer: string;
  /** PEM of the holder's and of the signer's private key (P-256). */
  readonly key: string;
  readonly issuerKey: string;
  readonly authority: boolean;
  /** IPv4 addresses and host names the holder is reached at. */
  readonly addresses: readonly string[];
  readonly names: readonly string[];
  readonly days: number;
  readonly now: Date;
}

/** A new P-256 private key, PKCS #8 PEM. */
export function makeKey(): string {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/**
 * Makes an X.509 version 3 certificate (RFC 5280), PEM. No process is started and no key touches a disk.
 */
export function makeCertificate(request: CertificateRequest): string {
  const holder = publicKeyDer(request.key);
  const signer = publicKeyDer(request.issuerKey);
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  // One day back: the hosts' clocks may be behind.
  const from = new Date(request.now.getTime() - DAY_MS);
  const until = new Date(request.now.getTime() + request.days * DAY_MS);
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    context(0, integer(Buffer.from([2])), true),
    integer(serial),
    algorithm,
    distinguishedName(request.issuer),
    sequence(time(from), time(until)),
    distinguishedName(request.subject),
    holder,
    context(3, sequence(...extensions(request, holder, signer)), true),
  );
  const signature = sign('sha256', body, createPrivateKey(request.issuerKey));
  const der = sequence(body, algorithm, bits(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Whether the certificate is signed by the authority, covers every address and lasts `days` more. */
export function certificateServes(
  certificate: string,
  authority: string,
  addresses: readonly string[],
  days: number,
  now: Date,
): boolean {
  try {
    const read = new X509Certificate(certificate);
    if (!read.verify(new X509Certificate(authority).publicKey)) return false;
    if (new Date(read.validTo).getTime() < now.getTime() + days * DAY_MS) return false;
    return addresses.every((address) => read.checkIP(address) !== undefined);
  } catch {
    return false;
  }
}

/** Whether a PEM certificate belongs to a PEM private key. */
export function certificateFits(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** The common name of a certificate's holder. */
export function commonNameOf(certificate: string): string | undefined {
  return /^CN=(.+)$/m.exec(new X509Certificate(certificate).subject)?.[1];
}

function publicKeyDer(key: string): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8(commonName))));
}

function extensions(request: CertificateRequest, holder: Buffer, signer: Buffer): Buffer[] {
  // Key identifiers: the first 160 bits of the SHA-256 of the public key (RFC 7093, section 2, method 4).
  const identifier = (key: Buffer): Buffer => createHash('sha256').update(key).digest().subarray(0, 20);
  const list = [
    extension('2.5.29.14', false, octets(identifier(holder))),
    extension('2.5.29.35', false, sequence(context(0, identifier(signer), false))),
  ];
  if (request.authority) {
    list.push(extension('2.5.29.19', true, sequence(boolean(true))));
    // keyCertSign and cRLSign.
    list.push(extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)));
    return list;
  }
  list.push(extension('2.5.29.19', true, sequence()));
  // digitalSignature.
  list.push(extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)));
  list.push(extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.1'))));
  const names = [
    ...request.names.map((name) => context(2, Buffer.from(name, 'ascii'), false)),
    ...request.addresses.map((address) => context(7, Buffer.from(address.split('.').map(Number)), false)),
  ];
  list.push(extension('2.5.29.17', false, sequence(...names)));
  return list;
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return critical
    ? sequence(objectId(id), boolean(true), octets(value))
    : sequence(objectId(id), octets(value));
}
