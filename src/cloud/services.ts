import type { OptionalServiceEntry, ServiceSecret } from './serviceFacts.ts';
import { serviceFacts } from './services.generated.ts';

export const optionalServices: readonly OptionalServiceEntry[] = serviceFacts.flatMap(
  (service) => service.optional ?? [],
);

/** Secrets of the services: the passwords of their accounts and databases, and their own. */
export const serviceSecrets: readonly ServiceSecret[] = serviceFacts.flatMap(
  ({ project, account, database, secrets }) => [
    ...(account ? [{ name: `${project}_password`, kind: 'password' as const }] : []),
    ...(database ? [{ name: `${project}_database_password`, kind: 'password' as const }] : []),
    ...secrets,
  ],
);

/** Service to the configuration files that `config:` may change. */
export type OverridableFiles = ReadonlyMap<string, readonly string[]>;

/**
 * File to section to option names; a file that is absent here has no list to check against. `<backend>` stands for the
 * sections that are named after a storage backend, a name that ends in `*` for those that begin with it.
 */
export type KnownOptions = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** The section of a table of options that stands for those named after a storage backend. */
export const BACKEND_SECTION = '<backend>';

/** What `config:` is checked against. */
export interface ConfigurationTables {
  readonly files: OverridableFiles;
  readonly options: KnownOptions;
}

/** Gives the tables of an OpenStack release; asked only when a description has `config:`. */
export type TablesOfRelease = (release: string) => Promise<ConfigurationTables>;

/** The files alone: what a platform's packages know of their options comes from outside this directory. */
export const configurationTables: ConfigurationTables = {
  files: new Map(
    serviceFacts.filter(({ files }) => files.length > 0).map(({ name, files }) => [name, files]),
  ),
  options: new Map(),
};

export type * from './serviceFacts.ts';
export { serviceFacts };
