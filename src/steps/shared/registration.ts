import { identityService, identityUser } from '../../api/kinds.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import type { Resource } from '../../engine/resource.ts';
import { type Endpoint, endpointUrl } from './endpoints.ts';

/** A service's user in project `service` and its catalog entries: public, internal and admin on the VIP. */
export function registration(cloud: Cloud, user: string, entries: readonly Endpoint[]): readonly Resource[] {
  return [
    identityUser({
      name: user,
      password: secretOf(cloud, `${user}_password`),
      domain: 'Default',
      project: 'service',
      // `service` lets the service user's token prolong a user's; `admin` is what the guides still ask for.
      roles: ['admin', 'service'],
    }),
    ...entries.map((entry) => {
      const url = endpointUrl(cloud, entry);
      return identityService({
        name: entry.service,
        type: entry.type,
        description: entry.description,
        endpoints: { public: url, internal: url, admin: url },
        region: cloud.region,
      });
    }),
  ];
}
