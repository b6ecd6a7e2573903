import type { DescribedCloud } from '../cloud/build.ts';
import { domainNames, hostCredentialNames, type TrustDomain, trustDomains } from '../cloud/certificates.ts';
import type { Confidential } from '../secrets/confidential.ts';
import { isSignedBy } from './certificate.ts';
import { hostCertificates } from './hostCertificates.ts';
import { vaultFileOf } from './keys.ts';
import { checkedVault, readVault, setInVault, type VaultContents, writeVault } from './secrets.ts';
import { tlsSecrets } from './tls.ts';

/** The certificate that people see, beside those of the hosts. */
export const PUBLIC = 'public';

export interface RenewalOptions {
  /** Those of this trust domain alone, or `public`. */
  readonly domain?: TrustDomain | typeof PUBLIC | undefined;
  /** Those of this host alone. */
  readonly host?: string | undefined;
  readonly now: Date;
}

/**
 * Makes new keys and certificates in the vault, signed by the authorities that it has; the next `apply` brings them to
 * the hosts. The operator's own certificate stays. Gives the names of the certificates that are new. Rejects as
 * `readVault` does, and VAULT_CHANGED.
 */
export async function renewCertificates(
  cloud: DescribedCloud,
  password: Confidential,
  options: RenewalOptions,
): Promise<readonly string[]> {
  const { text, label, envelope } = await readVault(cloud.folder, password);
  const contents = checkedVault(text, vaultFileOf(cloud.folder));
  const dropped = new Set([...hostNames(cloud, options), ...publicNames(contents, options)]);
  const kept = new Map([...contents].filter(([name]) => !dropped.has(name)));
  const made = new Map([
    ...(await tlsSecrets(kept, cloud, options.now)).generated,
    ...(await hostCertificates(kept, cloud, options.now)),
  ]);
  if (made.size === 0) return [];
  await writeVault(cloud.folder, setInVault(text, made), password, { label, expected: envelope });
  return [...made.keys()].filter((name) => name.endsWith('_certificate')).sort();
}

function hostNames(cloud: DescribedCloud, { domain, host }: RenewalOptions): readonly string[] {
  return domainNames
    .filter((name) => domain === undefined || name === domain)
    .flatMap((name) => trustDomains[name](cloud).map((member) => ({ name, member })))
    .filter(({ member }) => host === undefined || member.name === host)
    .flatMap(({ name, member }) => Object.values(hostCredentialNames(name, member.name)));
}

/** The public certificate, where the vault's authority has signed it and can sign another. */
function publicNames(contents: VaultContents, { domain, host }: RenewalOptions): readonly string[] {
  if (host !== undefined || (domain !== undefined && domain !== PUBLIC)) return [];
  const certificate = contents.get('tls_certificate');
  const authority = contents.get('tls_ca_certificate');
  const ours =
    certificate !== undefined &&
    authority !== undefined &&
    contents.has('tls_ca_key') &&
    isSignedBy(certificate, authority);
  return ours ? ['tls_key', 'tls_certificate'] : [];
}
