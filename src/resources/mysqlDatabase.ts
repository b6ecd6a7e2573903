import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { answersOf, ask, execute } from './mysqlClient.ts';
import { sqlName, sqlString } from './sql.ts';

export interface DatabaseDesired {
  readonly name: string;
  readonly charset: string;
  readonly collation: string;
}

export interface NoDatabase {
  readonly name: string;
  readonly absent: true;
}

export interface DatabaseState {
  /** False where the server did not answer. */
  readonly known: boolean;
  readonly charset?: string;
  readonly collation?: string;
}

/** MariaDB has called utf8 utf8mb3 since 10.6; both names may come back. */
const modern = (name: string | undefined): string | undefined => name?.replace(/^utf8(?=_|$)/, 'utf8mb3');

export const mysqlDatabaseKind: ShellKind<DatabaseDesired | NoDatabase, DatabaseState> = {
  via: 'shell',
  name: 'mysql-database',
  batch: true,
  read: (items) =>
    ask(
      items.map(
        (item, index) =>
          `SELECT 'database', ${index}, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${sqlString(item.name)};`,
      ),
    ),
  parse(output, items) {
    const { up, rows } = answersOf(output);
    return items.map((_, index) => {
      const row = rows.find((candidate) => candidate[0] === 'database' && candidate[1] === String(index));
      const [, , charset, collation] = row ?? [];
      return { known: up, ...(charset && { charset }), ...(collation && { collation }) };
    });
  },
  compare(desired, state): Change | undefined {
    if ('absent' in desired) {
      if (state.known && state.charset === undefined) return undefined;
      return {
        summary: `drop database ${desired.name}`,
        script: execute([`DROP DATABASE IF EXISTS ${sqlName(desired.name)};`]),
        limitSeconds: 60,
        loses: `database ${desired.name}`,
      };
    }
    const same =
      modern(state.charset) === modern(desired.charset) &&
      modern(state.collation) === modern(desired.collation);
    if (same) return undefined;
    const form = `CHARACTER SET ${desired.charset} COLLATE ${desired.collation}`;
    const exists = state.charset !== undefined;
    return {
      summary: exists ? `set database ${desired.name} to ${form}` : `make database ${desired.name}`,
      script: execute([
        `CREATE DATABASE IF NOT EXISTS ${sqlName(desired.name)} ${form};`,
        `ALTER DATABASE ${sqlName(desired.name)} ${form};`,
      ]),
      limitSeconds: 60,
    };
  },
  removal: {
    record: ({ name }) => ({ name }),
    absence: ({ name = '' }) => ({ name, absent: true }),
  },
};

export interface DatabaseOptions extends ResourceOptions {
  /** `utf8mb3` by default: some services' indexes are too long for four bytes a letter. */
  readonly charset?: string;
  readonly collation?: string;
}

/** A database on the server that `host` reaches through its local socket. */
export function mysqlDatabase(host: string, name: string, options: DatabaseOptions = {}): Resource {
  const charset = options.charset ?? 'utf8mb3';
  const desired: DatabaseDesired = { name, charset, collation: options.collation ?? `${charset}_general_ci` };
  return resource(mysqlDatabaseKind, host, name, desired, options);
}
