import type { Cloud, Host } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import type { Resource } from '../../engine/resource.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { pathOf } from '../../platform/platform.ts';
import { platformOf } from '../../platform/select.ts';
import { command, file, packages } from '../../resources/index.ts';

/**
 * The cloud's authority among those that programs of the host trust. Services verify one another's certificates with
 * that list, so that none of them needs a setting of its own.
 */
export function authorityResources(
  cloud: Cloud,
  host: Host,
  own: HostFacts,
  after: readonly Resource[],
): readonly Resource[] {
  const component = platformOf(cloud.release, own).components.authorities;
  const installed = packages(host.name, 'authorities', component.packages, { after });
  const path = `${pathOf(component, 'own')}/cloudwright-${cloud.name}.crt`;
  const authority = file(host.name, path, secretOf(cloud, 'tls_ca_certificate'), { after: [installed] });
  const trusted = command(
    host.name,
    'trusted-authorities',
    {
      doing: 'trust the authority of the cloud',
      // The last line of its text is a part of the signature: no other certificate has it.
      unless: `grep -qxF -- "$(tail -n 2 ${path} | head -n 1)" ${pathOf(component, 'all')}`,
      script: pathOf(component, 'update'),
      limitSeconds: 60,
    },
    { watches: [authority] },
  );
  return [installed, authority, trusted];
}
