import { authorityOf } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import type { Resource } from '../../engine/resource.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { quote } from '../../hosts/quote.ts';
import { pathOf } from '../../platform/platform.ts';
import { platformOf } from '../../platform/select.ts';
import { command, file, packages } from '../../resources/index.ts';
import type { Text } from '../../secrets/confidential.ts';

/**
 * The cloud's authorities among those that programs of the host trust. Services verify one another's certificates with
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
  const contents: readonly (readonly [suffix: string, content: Text])[] = [
    ['', secretOf(cloud, 'tls_ca_certificate')],
    // Glance hands an import over to the host that has the image, by that host's own address.
    ['-hosts', authorityOf(cloud, 'balancer')],
  ];
  const files = contents.map(([suffix, content]) => ({
    path: `${pathOf(component, 'own')}/cloudwright-${cloud.name}${suffix}.crt`,
    content,
  }));
  const authorities = files.map(({ path, content }) =>
    file(host.name, path, content, { after: [installed] }),
  );
  const trusted = command(
    host.name,
    'trusted-authorities',
    {
      doing: 'trust the authorities of the cloud',
      // The last line of its text is a part of the signature: no other certificate has it.
      unless: `for file in ${files.map(({ path }) => quote(path)).join(' ')}; do grep -qxF -- "$(tail -n 2 "$file" | head -n 1)" ${pathOf(component, 'all')} || exit 1; done`,
      script: pathOf(component, 'update'),
      limitSeconds: 60,
    },
    { watches: authorities },
  );
  return [installed, ...authorities, trusted];
}
