import { type InstallerNames, serviceFacts } from '../cloud/services.ts';

export type { InstallerNames } from '../cloud/services.ts';

/**
 * A service of Cloudwright as the other installers know it. All that the importers and exporters know of services is
 * derived from these values. An installer that is left out does not have the service.
 */
export interface ImportableService {
  /** Name as in the description: `key-manager`. */
  readonly name: string;
  /** Name of the OpenStack project; the installers' keys are named after it. */
  readonly project: string;
  /** Name for people. */
  readonly title: string;
  /**
   * Present: the service can be switched under `services`. `on`: it is deployed unless switched off; `by-roles`: that
   * depends on the roles of the hosts, so that an import always writes it down.
   */
  readonly optional?: 'on' | 'by-roles';
  /** It has an account in Keystone: the vault holds `<project>_password`. */
  readonly account?: true;
  /** It has a database: the vault holds `<project>_database_password`. */
  readonly database?: true;
  readonly packstack?: InstallerNames;
  readonly kolla?: InstallerNames;
  readonly burrito?: InstallerNames;
}

function namesOf(names: InstallerNames | null | undefined): InstallerNames | undefined {
  return names === null ? undefined : (names ?? {});
}

export const importableServices: readonly ImportableService[] = serviceFacts.map(
  ({ name, project, title, optional, account, database, installers }) => {
    const packstack = namesOf(installers.packstack);
    const kolla = namesOf(installers.kolla);
    const burrito = namesOf(installers.burrito);
    return {
      name,
      project,
      title,
      ...(optional && { optional: optional.default === 'when-rgw' ? 'by-roles' : 'on' }),
      ...(account && { account }),
      ...(database && { database }),
      ...(packstack && { packstack }),
      ...(kolla && { kolla }),
      ...(burrito && { burrito }),
    };
  },
);
