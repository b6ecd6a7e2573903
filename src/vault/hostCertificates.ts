import type { DescribedCloud } from '../cloud/build.ts';
import {
  authorityNames,
  certifiedAddresses,
  domainNames,
  hostCredentialNames,
  trustDomains,
} from '../cloud/certificates.ts';
import type { Host } from '../cloud/cloud.ts';
import {
  addressesMissing,
  type Credential,
  certificateFits,
  daysLeft,
  isSignedBy,
  makeAuthority,
  makeCertificate,
  makeKey,
  namesOf,
} from './certificate.ts';
import type { VaultContents } from './secrets.ts';

/** A host's certificate is renewed when it has fewer days left. */
export const RENEW_DAYS = 30;
export const HOST_DAYS = 825;

/**
 * The keys and certificates of the trust domains that are missing in the vault or have to be renewed, by name. A
 * renewed certificate has a new key: OVN's servers load a certificate again only when both files have changed.
 */
export async function hostCertificates(
  contents: VaultContents,
  cloud: DescribedCloud,
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const generated = new Map<string, string>();
  for (const domain of domainNames) {
    const hosts = trustDomains[domain](cloud);
    if (hosts.length === 0) continue;
    const authority =
      credentialIn(contents, authorityNames(domain)) ??
      keep(generated, authorityNames(domain), await makeAuthority(`${cloud.name} ${domain} authority`, now));
    for (const host of hosts) {
      const names = hostCredentialNames(domain, host.name);
      const present = credentialIn(contents, names);
      const addresses = certifiedAddresses(cloud, domain, host);
      if (present && serves(present, authority, host, addresses, now)) continue;
      keep(generated, names, await makeHostCertificate({ host, addresses, authority, now }));
    }
  }
  return generated;
}

function credentialIn(
  contents: VaultContents,
  names: { readonly key: string; readonly certificate: string },
): Credential | undefined {
  const key = contents.get(names.key);
  const certificate = contents.get(names.certificate);
  return key !== undefined && certificate !== undefined ? { key, certificate } : undefined;
}

function keep(
  generated: Map<string, string>,
  names: { readonly key: string; readonly certificate: string },
  made: Credential,
): Credential {
  generated.set(names.key, made.key);
  generated.set(names.certificate, made.certificate);
  return made;
}

/** Whether a certificate is still good for its host: signed, valid for long enough, and with all its addresses. */
function serves(
  { key, certificate }: Credential,
  authority: Credential,
  host: Host,
  addresses: readonly string[],
  now: Date,
): boolean {
  return (
    certificateFits(certificate, key) &&
    isSignedBy(certificate, authority.certificate) &&
    daysLeft(certificate, now) >= RENEW_DAYS &&
    namesOf(certificate).includes(host.name) &&
    addressesMissing(certificate, addresses).length === 0
  );
}

/**
 * The peers of a domain are clients and servers with the same pair. The common name is the host's: of a chassis OVN
 * compares it with the chassis' id (ovn-northd(8), RBAC), and Galera's state transfer names the joiner by it.
 */
async function makeHostCertificate(request: {
  readonly host: Host;
  readonly addresses: readonly string[];
  readonly authority: Credential;
  readonly now: Date;
}): Promise<Credential> {
  const { host, addresses, authority, now } = request;
  const key = makeKey();
  const certificate = await makeCertificate({
    subject: host.name,
    key,
    issuer: authority,
    authority: false,
    addresses,
    names: [host.name],
    purposes: ['server', 'client'],
    days: HOST_DAYS,
    now,
  });
  return { key, certificate };
}
