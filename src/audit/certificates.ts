import { authorityOf, certificatePaths, certifiedAddresses, domainNames } from '../cloud/certificates.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import type { Resource } from '../engine/resource.ts';
import { type Platform, pathOf } from '../platform/platform.ts';
import { quote } from '../resources/shell.ts';
import { plain } from '../secrets/confidential.ts';
import { addressesMissing, chainOf, daysLeft, isSignedBy, namesOf } from '../vault/certificate.ts';
import { END, type Found, type Inspection, inspection } from './verdict.ts';

/** Days from which on an end is near; `apply` makes new ones then. */
const SOON = 30;
const RENEW = 'Run cloudwright certificates renew, then cloudwright apply.';
const APPLY = 'Run cloudwright apply, which writes the certificates of the vault.';

interface Installed {
  readonly path: string;
  /** PEM; undefined where the operator’s own certificate leads to an authority that the vault does not have. */
  readonly authority: string | undefined;
  readonly addresses: readonly string[];
  readonly names: readonly string[];
}

/** The certificates that a host has on its disk are valid, of the right authority, and name its addresses. */
export function certificatesInspection(
  cloud: Cloud,
  host: Host,
  resources: readonly Resource[],
  platform: Platform,
  now: () => Date,
): Inspection {
  const installed = installedOn(cloud, host, resources, platform);
  return inspection({
    topic: 'certificates',
    title: 'the certificates on the host are valid and its own',
    host,
    // Some of these files hold the key as well, which stays on the host.
    script: [
      ...installed.flatMap(({ path }, index) => [
        `echo "== ${index}"`,
        `sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' ${quote(path)} || :`,
      ]),
      `echo ${END}`,
    ].join('\n'),
    find(lines) {
      const texts = lines
        .join('\n')
        .split(/^== \d+$/m)
        .slice(1);
      return {
        found: installed.flatMap((one, index) => faults(one, texts[index] ?? '', now())),
        else: `${installed.length} certificates, all valid and for this host`,
      };
    },
  });
}

function installedOn(
  cloud: Cloud,
  host: Host,
  resources: readonly Resource[],
  { components }: Platform,
): readonly Installed[] {
  const prefix = `${host.name}/file:`;
  const written = new Set(
    resources.flatMap(({ id }) => (id.startsWith(prefix) ? [id.slice(prefix.length)] : [])),
  );
  const ofDomains = domainNames.flatMap((domain): Installed[] => {
    const { certificate, both } = certificatePaths(domain);
    const paths = [certificate, both].filter((path) => written.has(path));
    const authority = authorityOf(cloud, domain);
    const addresses = certifiedAddresses(cloud, domain, host);
    return paths.map((path) => ({ path, authority, addresses, names: [host.name] }));
  });
  const path = pathOf(components.haproxy, 'certificate');
  if (!written.has(path)) return ofDomains;
  const { management, service } = cloud.networks;
  const virtual = [management.vip, service?.vip].filter((address) => address !== undefined);
  const isOurs = cloud.secrets.tls_ca_key !== undefined;
  const authority = isOurs ? plain(cloud.secrets.tls_ca_certificate) : undefined;
  return [...ofDomains, { path, authority, addresses: virtual, names: [] }];
}

function faults({ path, authority, addresses, names }: Installed, text: string, now: Date): readonly Found[] {
  const [certificate] = chainOf(text);
  if (certificate === undefined) return [{ state: 'fail', what: `${path} has no certificate`, next: APPLY }];
  try {
    const left = Math.floor(daysLeft(certificate, now));
    const found: Found[] = [];
    if (left < 0) found.push({ state: 'fail', what: `${path} has ended`, next: RENEW });
    else if (left < SOON) found.push({ state: 'warning', what: `${path} ends in ${left} days`, next: APPLY });
    if (authority !== undefined && !isSignedBy(certificate, authority))
      found.push({ state: 'fail', what: `${path} is not signed by the authority in the vault`, next: APPLY });
    const own = namesOf(certificate);
    const lacking = [
      ...addressesMissing(certificate, addresses),
      ...names.filter((name) => !own.includes(name)),
    ];
    if (lacking.length > 0)
      found.push({ state: 'fail', what: `${path} does not name ${lacking.join(', ')}`, next: APPLY });
    return found;
  } catch {
    return [{ state: 'fail', what: `${path} is not a certificate`, next: APPLY }];
  }
}
