import { certificateOf, certificatePaths, type TrustDomain } from '../cloud/certificates.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import type { Resource } from '../engine/resource.ts';
import { file } from '../resources/index.ts';
import { joinTexts } from '../secrets/confidential.ts';

export interface CertificateOptions {
  /** Who reads the key, beside root; nobody by default. */
  readonly group?: string | undefined;
  /** By default certificate and key in two files. */
  readonly form?: 'separate' | 'both';
  readonly after?: readonly (Resource | string)[];
}

/**
 * The authority, and the host's certificate and key, which only root and the group read. The key is written last: OVN's
 * daemons look at the certificate only when they have found that the key has changed (lib/stream-ssl.c).
 */
export function certificateResources(
  cloud: Cloud,
  host: Host,
  domain: TrustDomain,
  { group = 'root', form = 'separate', after = [] }: CertificateOptions = {},
): readonly Resource[] {
  const paths = certificatePaths(domain);
  const { authority, certificate, key } = certificateOf(cloud, domain, host);
  const secret = { group, mode: group === 'root' ? '0600' : '0640', after };
  const trusted = file(host.name, paths.authority, authority, { after });
  if (form === 'both') {
    return [trusted, file(host.name, paths.both, joinTexts([certificate, key], ''), secret)];
  }
  const shown = file(host.name, paths.certificate, certificate, { after });
  return [trusted, shown, file(host.name, paths.key, key, { ...secret, after: [...after, shown] })];
}
