import { plain, type Text } from '../secrets/confidential.ts';
import type { Cloud, Host } from './cloud.ts';
import { secretOf } from './secrets.ts';
import { chassisHosts, controlHosts, hostsWith, usesCeph, vip } from './topology.ts';

type Described = Omit<Cloud, 'secrets'>;

/** What the hosts say to one another under certificates of one authority. */
export type TrustDomain = 'balancer' | 'database' | 'messaging' | 'ovn' | 'hypervisor' | 'gateway';

/**
 * Which hosts have a certificate in each domain. Every domain has an authority of its own, and no common root: most of
 * these daemons take any certificate of their authority for a peer. libvirt gives it the rights of root, and OVN and
 * Galera compare no host names (ovs lib/stream-ssl.c, galerautils).
 */
export const trustDomains: Readonly<Record<TrustDomain, (cloud: Described) => readonly Host[]>> = {
  balancer: (cloud) => controlHosts(cloud as Cloud),
  database: (cloud) => controlHosts(cloud as Cloud),
  messaging: (cloud) => controlHosts(cloud as Cloud),
  ovn: (cloud) => together(controlHosts(cloud as Cloud), chassisHosts(cloud as Cloud)),
  // The console proxies of the control hosts are clients of the hypervisors.
  hypervisor: (cloud) => together(controlHosts(cloud as Cloud), hostsWith(cloud as Cloud, 'compute')),
  gateway: (cloud) => (usesCeph(cloud as Cloud) ? hostsWith(cloud as Cloud, 'rgw') : []),
};

export const domainNames = Object.keys(trustDomains) as readonly TrustDomain[];

/** Files of a trust domain on a host, all PEM. */
export interface CertificatePaths {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** Certificate and key in one file, as haproxy and Ceph's gateway read them. */
  readonly both: string;
}

/** Where a host keeps its certificate of a trust domain. The same on every host and distribution. */
export function certificatePaths(domain: TrustDomain): CertificatePaths {
  const folder = `/etc/cloudwright/tls/${domain}`;
  return {
    authority: `${folder}/ca.pem`,
    certificate: `${folder}/certificate.pem`,
    key: `${folder}/key.pem`,
    both: `${folder}/both.pem`,
  };
}

/** Names of a key and its certificate in the vault. */
export interface CredentialNames {
  readonly key: string;
  readonly certificate: string;
}

export function authorityNames(domain: TrustDomain): CredentialNames {
  return { key: `tls_${domain}_ca_key`, certificate: `tls_${domain}_ca_certificate` };
}

export function hostCredentialNames(domain: TrustDomain, host: string): CredentialNames {
  return { key: `tls_${domain}_host_${host}_key`, certificate: `tls_${domain}_host_${host}_certificate` };
}

/**
 * Every address that a host's certificate in a domain names: where others reach it, a control host at the virtual addresses
 * too. A broker's names those of all brokers: Kombu 5.5 goes on to the next broker when one is gone, and still compares the
 * certificate with the address of the first (kombu/transport/pyamqp.py keeps it in the options that all attempts share).
 */
export function certifiedAddresses(cloud: Described, domain: TrustDomain, host: Host): readonly string[] {
  const virtual = host.roles.has('control') ? [vip(cloud as Cloud), cloud.networks.service?.vip] : [];
  const brokers = domain === 'messaging' ? trustDomains.messaging(cloud) : [];
  const all = [
    ...Object.values(host.addresses),
    ...virtual,
    ...brokers.map(({ addresses }) => addresses.management),
  ];
  return [...new Set(all.filter((address) => address !== undefined))];
}

/** A host's certificate in a domain, all PEM. */
export interface HostCertificate {
  readonly authority: string;
  readonly certificate: string;
  readonly key: Text;
}

export function certificateOf(cloud: Cloud, domain: TrustDomain, host: Host): HostCertificate {
  const names = hostCredentialNames(domain, host.name);
  return {
    authority: authorityOf(cloud, domain),
    certificate: plain(secretOf(cloud, names.certificate)),
    key: secretOf(cloud, names.key),
  };
}

/** The authority that a domain's certificates lead to, PEM. */
export function authorityOf(cloud: Cloud, domain: TrustDomain): string {
  return plain(secretOf(cloud, authorityNames(domain).certificate));
}

function together(...lists: readonly (readonly Host[])[]): readonly Host[] {
  return [...new Set(lists.flat())];
}
