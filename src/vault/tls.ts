import type { DescribedCloud } from '../cloud/build.ts';
import { type Problem, problem } from '../errors/problem.ts';
import {
  addressesMissing,
  daysLeft,
  isSignedBy,
  makeAuthority,
  makeCertificate,
  makeKey,
  namesOf,
  validity,
} from './certificate.ts';
import { HOST_DAYS, RENEW_DAYS } from './hostCertificates.ts';
import type { VaultContents } from './secrets.ts';

export interface TlsSecrets {
  /** Keys and certificates that are missing in the vault or have to be renewed. */
  readonly generated: ReadonlyMap<string, string>;
  /** What an operator should know about a certificate that is not ours to renew. */
  readonly warnings: readonly Problem[];
}

/** Every address at which the dashboard and the console proxy answer. */
export function tlsAddresses(cloud: Pick<DescribedCloud, 'networks' | 'hosts'>): readonly string[] {
  const { management, service } = cloud.networks;
  const controls = cloud.hosts.filter((host) => host.roles.has('control'));
  const own = controls.flatMap((host) => [host.addresses.management, host.addresses.service]);
  const all = [management.vip, service?.vip, ...own].filter((address) => address !== undefined);
  return [...new Set(all)];
}

/**
 * The cloud's authority and server certificate. A certificate that the vault's authority has not signed is the
 * operator's own: it is never replaced, only judged.
 */
export async function tlsSecrets(
  contents: VaultContents,
  cloud: DescribedCloud,
  now: Date,
): Promise<TlsSecrets> {
  const present = contents.get('tls_certificate');
  const givenAuthority = contents.get('tls_ca_certificate');
  const authorityKey = contents.get('tls_ca_key');
  const addresses = tlsAddresses(cloud);
  // An authority without its key is the operator's own; `checkSecrets` sees to it that a certificate is there too.
  if (present && givenAuthority && !authorityKey) {
    return { generated: new Map(), warnings: judge(present, cloud, now) };
  }
  const generated = new Map<string, string>();
  const authority =
    authorityKey && givenAuthority
      ? { key: authorityKey, certificate: givenAuthority }
      : await makeAuthority(`${cloud.name} authority`, now);
  if (!authorityKey) {
    generated.set('tls_ca_key', authority.key);
    generated.set('tls_ca_certificate', authority.certificate);
  }
  const own = present !== undefined && !isSignedBy(present, authority.certificate);
  if (own) return { generated, warnings: judge(present, cloud, now) };
  const serves =
    present !== undefined &&
    daysLeft(present, now) >= RENEW_DAYS &&
    addressesMissing(present, addresses).length === 0;
  if (serves) return { generated, warnings: [] };
  const key = contents.get('tls_key') ?? makeKey();
  const certificate = await makeCertificate({
    subject: cloud.name,
    key,
    issuer: authority,
    authority: false,
    addresses,
    names: [...new Set([`${cloud.name}.local`, ...(present ? namesOf(present) : [])])],
    days: HOST_DAYS,
    now,
  });
  generated.set('tls_key', key);
  generated.set('tls_certificate', certificate);
  return { generated, warnings: [] };
}

/** What is wrong with the operator's own certificate; it is used as it is. */
function judge(
  certificate: string,
  cloud: Pick<DescribedCloud, 'networks' | 'hosts'>,
  now: Date,
): readonly Problem[] {
  const warnings: Problem[] = [];
  const { from, until } = validity(certificate);
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  if (from > now || daysLeft(certificate, now) < RENEW_DAYS) {
    const details = { from: day(from), until: day(until) };
    warnings.push(problem('VAULT_CERTIFICATE_DATES', { severity: 'warning', details }));
  }
  const { management, service } = cloud.networks;
  const virtual = [management.vip, service?.vip].filter((address) => address !== undefined);
  const unnamed = addressesMissing(certificate, virtual);
  if (unnamed.length > 0)
    warnings.push(problem('VAULT_CERTIFICATE_VIRTUAL', { details: { addresses: unnamed.join(', ') } }));
  return warnings;
}
