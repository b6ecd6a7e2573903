import type { Cloud } from '../cloud/cloud.ts';
import { reveal } from '../secrets/confidential.ts';
import { chainOf, isSignedBy } from '../vault/certificate.ts';

/**
 * The authority that the cloud's certificate leads to, PEM. Undefined where it leads to another one, such as a public
 * authority that signed the operator's own certificate: then the machine's own list of authorities decides.
 */
export function trustedAuthority(cloud: Cloud): string | undefined {
  const authority = reveal(cloud.secrets.tls_ca_certificate);
  const chain = chainOf(reveal(cloud.secrets.tls_certificate));
  return chain.some((certificate) => isSignedBy(certificate, authority)) ? authority : undefined;
}
