import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import type * as X509 from '@peculiar/x509';

const DAY_MS = 86_400_000;

/** A certificate with the private key that belongs to it, both PEM. */
export interface Credential {
  readonly key: string;
  readonly certificate: string;
}

export interface CertificateRequest {
  /** Common name of the holder. */
  readonly subject: string;
  /** The holder's private key, PEM. */
  readonly key: string;
  /** The authority that signs; left out for a self-signed certificate. An intermediate names its parent here. */
  readonly issuer?: Credential;
  /** Whether the certificate may sign others, which may not. */
  readonly authority: boolean;
  /** IP addresses and DNS names that the holder is reached at. */
  readonly addresses: readonly string[];
  readonly names: readonly string[];
  /** What the holder may do beside signing; `server` if left out. */
  readonly purposes?: readonly ('server' | 'client')[];
  readonly days: number;
  readonly now: Date;
}

/** A new P-256 private key, PKCS #8 PEM. */
export function makeKey(): string {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** Makes an X.509 version 3 certificate (RFC 5280), PEM. No process is started and no key is written to a disk. */
export async function makeCertificate(request: CertificateRequest): Promise<string> {
  const x509 = await loadLibrary();
  const holder = await importKey(request.key);
  const signer = request.issuer ? await importKey(request.issuer.key) : holder;
  const issuer = request.issuer && new x509.X509Certificate(leafOf(request.issuer.certificate));
  const subject = [{ CN: [request.subject] }];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject,
      issuer: issuer?.subjectName ?? subject,
      // One day back: the hosts' clocks may be behind.
      notBefore: new Date(request.now.getTime() - DAY_MS),
      notAfter: new Date(request.now.getTime() + request.days * DAY_MS),
      publicKey: holder.publicKey,
      signingKey: signer.privateKey,
      signingAlgorithm: signer.algorithm,
      extensions: await extensions(x509, request, holder, issuer),
    },
    webcrypto,
  );
  return `${certificate.toString('pem').trim()}\n`;
}

/** Days that an authority lasts. */
const AUTHORITY_DAYS = 3650;

/** A new authority, which signs certificates of hosts and no further authorities. */
export async function makeAuthority(subject: string, now: Date): Promise<Credential> {
  const key = makeKey();
  const certificate = await makeCertificate({
    subject,
    key,
    authority: true,
    addresses: [],
    names: [],
    days: AUTHORITY_DAYS,
    now,
  });
  return { key, certificate };
}

/** Whether the certificate was signed with the authority's key. */
export function isSignedBy(certificate: string, authority: string): boolean {
  try {
    return new X509Certificate(certificate).verify(new X509Certificate(authority).publicKey);
  } catch {
    return false;
  }
}

/** The certificates of a PEM text, the holder's own first. */
export function chainOf(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}

/** Which of the addresses a certificate does not name. Of a chain the first certificate counts. */
export function addressesMissing(certificate: string, addresses: readonly string[]): readonly string[] {
  const read = new X509Certificate(certificate);
  return addresses.filter((address) => read.checkIP(address) === undefined);
}

/** DNS names of a certificate. */
export function namesOf(certificate: string): readonly string[] {
  const names = new X509Certificate(certificate).subjectAltName ?? '';
  return names.split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []));
}

export function validity(certificate: string): { readonly from: Date; readonly until: Date } {
  const read = new X509Certificate(certificate);
  return { from: new Date(read.validFrom), until: new Date(read.validTo) };
}

/** Days until the certificate ends; negative once it has ended. */
export function daysLeft(certificate: string, now: Date): number {
  return (validity(certificate).until.getTime() - now.getTime()) / DAY_MS;
}

/** Whether a PEM certificate belongs to a PEM private key. Of a chain the first certificate counts. */
export function certificateFits(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** The library is only needed where a certificate is made, and takes long to load. */
async function loadLibrary(): Promise<typeof X509> {
  // Its decorators need this first.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

interface KeyAlgorithm {
  readonly name: string;
  readonly namedCurve: string;
  readonly hash: string;
}

interface ImportedKey {
  readonly publicKey: webcrypto.CryptoKey;
  readonly privateKey: webcrypto.CryptoKey;
  readonly algorithm: KeyAlgorithm;
}

async function importKey(pem: string): Promise<ImportedKey> {
  const key = createPrivateKey(pem);
  const algorithm = algorithmOf(key);
  const jwk = key.export({ format: 'jwk' }) as webcrypto.JsonWebKey;
  const { d: _secret, dp: _p, dq: _q, p: _1, q: _2, qi: _3, ...open } = jwk;
  const { subtle } = webcrypto;
  const [privateKey, publicKey] = await Promise.all([
    subtle.importKey('jwk', jwk, algorithm, false, ['sign']),
    subtle.importKey('jwk', open, algorithm, true, ['verify']),
  ]);
  return { privateKey, publicKey, algorithm };
}

function algorithmOf(key: KeyObject): KeyAlgorithm {
  const curves: Readonly<Record<string, string>> = {
    prime256v1: 'P-256',
    secp384r1: 'P-384',
    secp521r1: 'P-521',
  };
  const kind = key.asymmetricKeyType;
  const namedCurve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? '';
  if (kind === 'ec') return { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  return { name: kind === 'ed25519' ? 'Ed25519' : 'RSASSA-PKCS1-v1_5', namedCurve, hash: 'SHA-256' };
}

/** Sixteen random bytes; the first bits are fixed so that the number is positive and has no leading zero. */
function serialNumber(): string {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial.toString('hex');
}

function leafOf(chain: string): string {
  return /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(chain)?.[0] ?? chain;
}

async function extensions(
  x509: typeof X509,
  request: CertificateRequest,
  holder: ImportedKey,
  issuer: X509.X509Certificate | undefined,
): Promise<X509.Extension[]> {
  const own = await x509.SubjectKeyIdentifierExtension.create(holder.publicKey, false, webcrypto);
  // Taken from the authority's certificate: there are several ways to compute it, and both must be equal.
  const identifier = issuer?.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  const signer = new x509.AuthorityKeyIdentifierExtension(identifier ?? own.keyId);
  const common = [own, ...(issuer && identifier === undefined ? [] : [signer])];
  const { KeyUsageFlags } = x509;
  if (request.authority) {
    return [
      ...common,
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ];
  }
  const purposes = (request.purposes ?? ['server']).map((purpose) =>
    purpose === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
  );
  const names = [
    ...request.names.map((value) => ({ type: 'dns', value }) as const),
    ...request.addresses.map((value) => ({ type: 'ip', value }) as const),
  ];
  return [
    ...common,
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(purposes),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}
