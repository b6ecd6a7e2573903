import { dirname } from 'node:path';
import {
  authorityNames,
  domainNames,
  hostCredentialNames,
  type TrustDomain,
  trustDomains,
} from '../cloud/certificates.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { secretOf } from '../cloud/secrets.ts';
import { fail } from '../errors/problem.ts';
import { reveal } from '../secrets/confidential.ts';
import { daysLeft, isSignedBy, validity } from '../vault/certificate.ts';
import { findVaultPassword } from '../vault/password.ts';
import { PUBLIC, renewCertificates } from '../vault/renewal.ts';
import type { Caller } from './caller.ts';
import { readDescription } from './description.ts';
import { locked, openWithVault, vaultOptions } from './open.ts';

export interface CertificatesRequest {
  /** The description. */
  readonly file: string;
  /** Those of this purpose alone. */
  readonly domain?: TrustDomain | typeof PUBLIC | undefined;
  /** Those of this host alone. */
  readonly host?: string | undefined;
  readonly now?: Date;
}

/** What certificates are for, as `--domain` takes it. */
export const certificateDomains: readonly (TrustDomain | typeof PUBLIC)[] = [PUBLIC, ...domainNames];

export interface ListedCertificate {
  readonly domain: TrustDomain | typeof PUBLIC;
  /** Whose it is: a host's name, `authority`, or `virtual addresses`. */
  readonly holder: string;
  /** ISO 8601. */
  readonly until: string;
  /** Whole days; negative once it has ended. */
  readonly daysLeft: number;
  /** `own`: the operator's; `next-apply`: not in the vault yet, where the present one ends soon or is missing. */
  readonly state: 'valid' | 'own' | 'next-apply' | 'ended';
}

/** The certificates of a cloud, by domain. Reads the vault alone; no host is reached. Rejects VAULT_*. */
export async function listCertificates(
  request: CertificatesRequest,
  caller: Caller,
): Promise<readonly ListedCertificate[]> {
  const { domain: asked, host, now = new Date() } = request;
  const { cloud, vault } = await openWithVault(request.file, caller, {});
  refuseUnknownHost(cloud, host);
  return certificatesOf(cloud, vault.generated, now).filter(
    ({ domain, holder }) =>
      (asked === undefined || domain === asked) && (host === undefined || holder === host),
  );
}

/** All certificates of a cloud. `generated`: names of secrets that are not in the vault's file yet. */
export function certificatesOf(
  cloud: Cloud,
  generated: readonly string[],
  now: Date,
): readonly ListedCertificate[] {
  const unwritten = new Set(generated);
  return namesIn(cloud).map(({ domain, holder, name }) => {
    const certificate = reveal(secretOf(cloud, name));
    const left = daysLeft(certificate, now);
    const own = domain === PUBLIC && isOwn(cloud);
    return {
      domain,
      holder,
      until: validity(certificate).until.toISOString(),
      daysLeft: Math.floor(left),
      state: left < 0 ? 'ended' : unwritten.has(name) ? 'next-apply' : own ? 'own' : 'valid',
    };
  });
}

function refuseUnknownHost({ hosts }: Pick<Cloud, 'hosts'>, host: string | undefined): void {
  if (host === undefined || hosts.some(({ name }) => name === host)) return;
  fail('HOST_UNKNOWN', { details: { host, known: hosts.map(({ name }) => name).join(', ') } });
}

/** Whether people see a certificate of the operator's. */
function isOwn({ secrets }: Cloud): boolean {
  return (
    secrets.tls_ca_key === undefined ||
    !isSignedBy(reveal(secrets.tls_certificate), reveal(secrets.tls_ca_certificate))
  );
}

function namesIn(cloud: Cloud) {
  const people = [
    { domain: PUBLIC, holder: 'authority', name: 'tls_ca_certificate' },
    { domain: PUBLIC, holder: 'virtual addresses', name: 'tls_certificate' },
  ] as const;
  const ofHosts = domainNames
    .filter((domain) => trustDomains[domain](cloud).length > 0)
    .flatMap((domain) => [
      { domain, holder: 'authority', name: authorityNames(domain).certificate },
      ...trustDomains[domain](cloud).map((host) => ({
        domain,
        holder: host.name,
        name: hostCredentialNames(domain, host.name).certificate,
      })),
    ]);
  return [...people, ...ofHosts].filter(({ name }) => cloud.secrets[name] !== undefined);
}

/**
 * Puts new certificates into the vault; the next `apply` brings them to the hosts. Gives how many are new. Throws
 * RUN_LOCKED, HOST_UNKNOWN and VAULT_*.
 */
export async function renew(request: CertificatesRequest, caller: Caller): Promise<readonly string[]> {
  const { domain, host, now = new Date() } = request;
  const folder = dirname(request.file);
  return await locked(folder, 'certificates renew', caller, async () => {
    const { cloud } = await readDescription(request.file, caller);
    refuseUnknownHost(cloud, host);
    const { password } = await findVaultPassword(folder, vaultOptions(caller));
    return await renewCertificates(cloud, password, { domain, host, now });
  });
}
