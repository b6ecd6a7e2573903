import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  addressesMissing,
  certificateFits,
  daysLeft,
  isSignedBy,
  makeCertificate,
  makeKey,
  namesOf,
} from '../../src/vault/certificate.ts';

const now = new Date('2026-01-15T12:00:00Z');
const common = { addresses: [], names: [], days: 10, now };

async function authority(subject: string, key = makeKey()) {
  return { key, certificate: await makeCertificate({ ...common, subject, key, authority: true }) };
}

describe('makeCertificate', () => {
  it('names addresses, DNS names and purposes, and is signed by its issuer alone', async () => {
    const issuer = await authority('root, with a comma');
    const key = makeKey();
    const certificate = await makeCertificate({
      ...common,
      subject: 'cloud',
      key,
      issuer,
      authority: false,
      addresses: ['192.0.2.1', '2001:db8::1'],
      names: ['cloud.example', 'cloud.local'],
      purposes: ['server', 'client'],
    });
    const read = new X509Certificate(certificate);
    expect(read.subject).toBe('CN=cloud');
    expect(read.ca).toBe(false);
    expect(read.checkIssued(new X509Certificate(issuer.certificate))).toBe(true);
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(namesOf(certificate)).toEqual(['cloud.example', 'cloud.local']);
    expect(addressesMissing(certificate, ['192.0.2.1', '192.0.2.2', '2001:db8::1'])).toEqual(['192.0.2.2']);
    expect(daysLeft(certificate, now)).toBe(10);
    expect(certificateFits(certificate, key)).toBe(true);
    expect(certificateFits(certificate, issuer.key)).toBe(false);
    expect(isSignedBy(certificate, issuer.certificate)).toBe(true);
    expect(isSignedBy(certificate, (await authority('root, with a comma')).certificate)).toBe(false);
  });

  it('makes intermediates; the first certificate of a chain signs and counts', async () => {
    const root = await authority('root');
    const key = makeKey();
    const middle = await makeCertificate({
      ...common,
      subject: 'middle',
      key,
      issuer: root,
      authority: true,
    });
    const chain = `${middle}${root.certificate}`;
    const leafKey = makeKey();
    const leaf = await makeCertificate({
      ...common,
      subject: 'leaf',
      key: leafKey,
      issuer: { key, certificate: chain },
      authority: false,
    });
    expect(new X509Certificate(middle).ca).toBe(true);
    expect(new X509Certificate(leaf).checkIssued(new X509Certificate(middle))).toBe(true);
    expect(isSignedBy(leaf, chain)).toBe(true);
    expect(isSignedBy(leaf, root.certificate)).toBe(false);
  });

  it('signs with an authority of the first release, whose key identifier is computed in another way', async () => {
    const text = await readFile(join(import.meta.dirname, 'fixtures/first-authority.pem'), 'utf8');
    const at = text.indexOf('-----BEGIN CERTIFICATE');
    const issuer = { key: text.slice(0, at), certificate: text.slice(at) };
    const certificate = await makeCertificate({
      ...common,
      subject: 'cloud',
      key: makeKey(),
      issuer,
      authority: false,
    });
    // checkIssued compares names and key identifiers.
    expect(new X509Certificate(certificate).checkIssued(new X509Certificate(issuer.certificate))).toBe(true);
    expect(isSignedBy(certificate, issuer.certificate)).toBe(true);
  });

  it.each([
    ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['ec, P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['ed25519', () => generateKeyPairSync('ed25519').privateKey],
  ])('takes an authority with a key of the kind %s', async (_kind, make) => {
    const key = make().export({ type: 'pkcs8', format: 'pem' }) as string;
    const issuer = await authority('other', key);
    const certificate = await makeCertificate({
      ...common,
      subject: 'cloud',
      key: makeKey(),
      issuer,
      authority: false,
    });
    expect(isSignedBy(issuer.certificate, issuer.certificate)).toBe(true);
    expect(isSignedBy(certificate, issuer.certificate)).toBe(true);
  });
});
