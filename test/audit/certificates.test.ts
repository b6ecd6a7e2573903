import { beforeAll, describe, expect, it } from 'vitest';
import { certificatesInspection } from '../../src/audit/certificates.ts';
import type { Inspection } from '../../src/audit/verdict.ts';
import { factsOf } from '../../src/cloud/reached.ts';
import { platformOf } from '../../src/platform/select.ts';
import { file } from '../../src/resources/index.ts';
import { type Credential, makeAuthority, makeCertificate, makeKey } from '../../src/vault/certificate.ts';
import { rehearsal, scratch } from '../resources/sh.ts';
import { allInOne, type CloudContext } from '../steps/clouds.ts';
import { hostOf, look, said, withSecrets } from './look.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const PATH = '/etc/cloudwright/tls/ovn/certificate.pem';
const PUBLIC = '/etc/haproxy/cloudwright.pem';
const ADDRESSES = ['192.0.2.11', '198.51.100.11', '192.0.2.100'];

let authority: Credential;
let other: Credential;
let context: CloudContext;

const inspect = (path: string, now = NOW): Inspection => {
  const own = factsOf(context.facts, 'one');
  return certificatesInspection(
    context.cloud,
    hostOf(context, 'one'),
    [file('one', path, 'x')],
    platformOf(context.cloud.release, own),
    () => now,
  );
};

const certificate = async (issuer: Credential, addresses: readonly string[], names: readonly string[]) =>
  await makeCertificate({
    subject: 'one',
    key: makeKey(),
    issuer,
    authority: false,
    addresses,
    names,
    days: 100,
    now: NOW,
  });

beforeAll(async () => {
  authority = await makeAuthority('ours', NOW);
  other = await makeAuthority('other', NOW);
  context = withSecrets(allInOne(), {
    tls_ovn_ca_certificate: authority.certificate,
    tls_ca_certificate: authority.certificate,
  });
});

describe('certificates on a host', () => {
  const lookAt = (inspection: Inspection, text: string) =>
    look(inspection, ['== 0', ...text.trim().split('\n')]);

  it('are well where they are valid, of the authority and for the host', async () => {
    const good = await certificate(authority, ADDRESSES, ['one']);
    expect(lookAt(inspect(PATH), good)).toMatchObject([
      { state: 'pass', what: '1 certificates, all valid and for this host' },
    ]);
    expect(lookAt(inspect(PUBLIC), await certificate(authority, ['192.0.2.100'], []))).toMatchObject([
      { state: 'pass' },
    ]);
  });

  it('fail by their end, and warn before', async () => {
    const good = await certificate(authority, ADDRESSES, ['one']);
    const in80 = new Date(NOW.getTime() + 80 * 86_400_000);
    const in101 = new Date(NOW.getTime() + 101 * 86_400_000);
    expect(said(lookAt(inspect(PATH, in80), good), 'warning')).toEqual([`${PATH} ends in 20 days`]);
    expect(said(lookAt(inspect(PATH, in101), good), 'fail')).toEqual([`${PATH} has ended`]);
  });

  it('fail by the authority, the addresses and the name', async () => {
    expect(said(lookAt(inspect(PATH), await certificate(other, ADDRESSES, ['one'])), 'fail')).toEqual([
      `${PATH} is not signed by the authority in the vault`,
    ]);
    expect(said(lookAt(inspect(PATH), await certificate(authority, ['192.0.2.11'], [])), 'fail')).toEqual([
      `${PATH} does not name 198.51.100.11, 192.0.2.100, one`,
    ]);
    expect(said(lookAt(inspect(PUBLIC), await certificate(other, [], [])), 'fail')).toHaveLength(2);
  });

  it('fail where there is none, or something else', () => {
    expect(said(lookAt(inspect(PATH), ''), 'fail')).toEqual([`${PATH} has no certificate`]);
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(said(lookAt(inspect(PATH), broken), 'fail')).toEqual([`${PATH} is not a certificate`]);
  });

  it('leave their keys on the host', () => {
    const place = scratch();
    const both = '/etc/cloudwright/tls/balancer/both.pem';
    const { run } = rehearsal(place, {});
    run(`mkdir -p /etc/cloudwright/tls/balancer
printf '%s\\n' '-----BEGIN CERTIFICATE-----' AAAA '-----END CERTIFICATE-----' '-----BEGIN PRIVATE KEY-----' BBBB >${both}`);
    const { stdout } = run(inspect(both).script);
    expect(stdout).toBe('== 0\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\nend\n');
  });
});
