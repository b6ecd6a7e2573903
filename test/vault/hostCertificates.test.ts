import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  authorityNames,
  domainNames,
  hostCredentialNames,
  trustDomains,
} from '../../src/cloud/certificates.ts';
import { certificateFits, isSignedBy } from '../../src/vault/certificate.ts';
import { hostCertificates } from '../../src/vault/hostCertificates.ts';
import { checkSecrets } from '../../src/vault/secrets.ts';
import { allInOne, threeControls } from '../steps/clouds.ts';

const now = new Date('2026-01-15T12:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * 86_400_000);
const { cloud } = threeControls();
const [control] = cloud.hosts;
if (!control) throw new Error('a cloud has hosts');

const secretIn = (contents: ReadonlyMap<string, string>, name: string): string => {
  const value = contents.get(name);
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
};

describe('certificates of the hosts', () => {
  it('are signed by the authority of their domain and by no other one', async () => {
    const made = await hostCertificates(new Map(), cloud, now);
    for (const domain of domainNames) {
      for (const host of trustDomains[domain](cloud)) {
        const names = hostCredentialNames(domain, host.name);
        const certificate = secretIn(made, names.certificate);
        expect(certificateFits(certificate, secretIn(made, names.key))).toBe(true);
        const signers = domainNames.filter((other) =>
          isSignedBy(certificate, secretIn(made, authorityNames(other).certificate)),
        );
        expect(signers, names.certificate).toEqual([domain]);
      }
    }
    expect(checkSecrets(made, 'vault.yml')).toEqual([]);
  });

  it('name the host and every address at which it answers', async () => {
    const made = await hostCertificates(new Map(), cloud, now);
    const read = new X509Certificate(secretIn(made, hostCredentialNames('database', 'control1').certificate));
    expect(read.subject).toBe('CN=control1');
    expect(read.subjectAltName?.split(', ')).toEqual(
      expect.arrayContaining(['DNS:control1', 'IP Address:192.0.2.11', 'IP Address:192.0.2.100']),
    );
    // Server and client: the peers of a cluster are both.
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    const authority = new X509Certificate(secretIn(made, authorityNames('database').certificate));
    expect([authority.ca, read.ca]).toEqual([true, false]);
  });

  it('name all brokers where they are a broker’s, since clients compare the address of the first that they tried', async () => {
    const made = await hostCertificates(new Map(), cloud, now);
    const named = (domain: 'messaging' | 'database', host: string) =>
      new X509Certificate(
        secretIn(made, hostCredentialNames(domain, host).certificate),
      ).subjectAltName?.split(', ');
    const all = ['IP Address:192.0.2.11', 'IP Address:192.0.2.12', 'IP Address:192.0.2.13'];
    for (const host of ['control1', 'control2', 'control3'])
      expect(named('messaging', host)).toEqual(expect.arrayContaining([`DNS:${host}`, ...all]));
    expect(named('messaging', 'control1')).not.toContain('DNS:control2');
    expect(named('database', 'control1')).not.toContain('IP Address:192.0.2.12');
  });

  it('are kept as they are by the next opening', async () => {
    const first = await hostCertificates(new Map(), cloud, now);
    expect(await hostCertificates(first, cloud, later(1))).toEqual(new Map());
  });

  it('are made anew, with another key, 30 days before they end; the authority stays', async () => {
    const first = await hostCertificates(new Map(), cloud, now);
    const next = await hostCertificates(first, cloud, later(800));
    const hosts = [...first.keys()].filter((name) => name.includes('_host_'));
    expect([...next.keys()].sort()).toEqual(hosts.sort());
    for (const name of hosts) expect(next.get(name)).not.toBe(first.get(name));
  });

  it('are made for a host that came later, and again for the brokers, which name it', async () => {
    const alone = allInOne().cloud;
    const first = await hostCertificates(new Map(), alone, now);
    const [one] = alone.hosts;
    if (!one) throw new Error('a cloud has hosts');
    const second = { ...one, name: 'two', addresses: { ...one.addresses, management: '192.0.2.12' } };
    const next = await hostCertificates(first, { ...alone, hosts: [one, second] }, now);
    const others = [...next.keys()].filter((name) => !name.includes('_host_two_'));
    expect(others).toEqual(Object.values(hostCredentialNames('messaging', one.name)));
    expect(next.size - others.length).toBe(2 * domainNames.length);
  });

  it('are made again where they do not belong to the authority or lack an address', async () => {
    const first = await hostCertificates(new Map(), cloud, now);
    const other = await hostCertificates(new Map(), cloud, now);
    const names = hostCredentialNames('ovn', 'compute1');
    const swapped = new Map([
      ...first,
      [names.key, secretIn(other, names.key)],
      [names.certificate, secretIn(other, names.certificate)],
    ]);
    expect([...(await hostCertificates(swapped, cloud, now)).keys()]).toEqual([names.key, names.certificate]);
    const moved = {
      ...cloud,
      hosts: cloud.hosts.map((host) =>
        host === control ? { ...host, addresses: { ...host.addresses, management: '192.0.2.99' } } : host,
      ),
    };
    const renewed = [...(await hostCertificates(first, moved, now)).keys()];
    const ofOthers = renewed.filter((name) => !name.includes('_host_control1_'));
    expect(ofOthers.every((name) => name.startsWith('tls_messaging_host_'))).toBe(true);
    expect(renewed).toContain(hostCredentialNames('ovn', 'control1').certificate);
  });

  it('are refused where an authority has lost its key', async () => {
    const made = new Map(await hostCertificates(new Map(), cloud, now));
    made.delete(authorityNames('ovn').key);
    expect(checkSecrets(made, 'vault.yml').map(({ code }) => code)).toEqual(['VAULT_SECRETS_PARTIAL']);
  });
});
