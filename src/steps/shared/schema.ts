import type { Cloud, Host } from '../../cloud/cloud.ts';
import { firstControl } from '../../cloud/topology.ts';
import type { Resource, ResourceOptions } from '../../engine/resource.ts';
import { command } from '../../resources/index.ts';

export interface SchemaOptions extends ResourceOptions {
  /** Database whose tables show that the schema is there. */
  readonly database: string;
  /** A table that only the finished migration leaves filled; `alembic_version` unless told. */
  readonly table?: string;
  /** Debian package whose version the schema belongs to. */
  readonly package: string;
  /** The service's user, who runs the migration, so that its log file belongs to it. */
  readonly user: string;
  /** Shell of the migration. */
  readonly script: string;
}

/**
 * Brings a database schema to the installed package's version. Done when the marker names that version and the
 * schema's version table is filled: a migration cut in the middle leaves no marker and runs again, which every
 * OpenStack migration allows.
 */
export function schema(host: string, name: string, options: SchemaOptions): Resource {
  const marker = `/var/lib/cloudwright/schema/${name}`;
  const version = `dpkg-query -W -f '\${Version}' ${options.package}`;
  return command(
    host,
    `schema-${name}`,
    {
      doing: `bring the database schema of ${name} to the installed version`,
      unless: [
        `[ -s ${marker} ] || exit 1`,
        `[ "$(cat ${marker})" = "$(${version})" ] || exit 1`,
        `[ -n "$(mariadb -N -B -e 'select 1 from ${options.database}.${options.table ?? 'alembic_version'} limit 1')" ]`,
      ].join('\n'),
      script: [
        'set -e',
        `run() { setpriv --reuid=${options.user} --regid=${options.user} --init-groups -- "$@"; }`,
        options.script,
        'mkdir -p /var/lib/cloudwright/schema',
        `${version} > ${marker}.new && mv ${marker}.new ${marker}`,
      ].join('\n'),
      limitSeconds: 300,
    },
    options,
  );
}

/** The schema of a service whose database, account and system user have one name, brought up on the first control host. */
export function schemaOnce(
  cloud: Cloud,
  host: Host,
  name: string,
  options: {
    readonly package: string;
    readonly script: string;
    readonly after: readonly Resource[];
  },
): readonly Resource[] {
  if (host !== firstControl(cloud)) return [];
  const after = [...options.after, `${host.name}/mysql-user:${name}`];
  return [schema(host.name, name, { ...options, database: name, user: name, after })];
}
