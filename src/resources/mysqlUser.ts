import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { type Text, text } from '../secrets/confidential.ts';
import { answersOf, ask, execute } from './mysqlClient.ts';
import { passwordHash, sqlAccount, sqlName, sqlString } from './sql.ts';

export interface UserDesired {
  readonly user: string;
  /** The hosts it may come from, as MariaDB's accounts: `%`. */
  readonly from: string;
  /** Undefined for one that logs in as the host's user of the same name, over the local socket. */
  readonly hash: Text | undefined;
  /** `nova.*`; all privileges on each. */
  readonly grants: readonly string[];
}

export interface NoUser {
  readonly user: string;
  readonly from: string;
  readonly absent: true;
}

export interface UserState {
  readonly known: boolean;
  readonly exists: boolean;
  readonly passwordMatches: boolean;
  /** It can log in over TLS only. */
  readonly encrypted: boolean;
  /** Databases on which it has every privilege that services use; `*` for all. */
  readonly granted: ReadonlySet<string>;
}

/** Privileges that are compared to see whether all were granted; GRANT ALL sets these and the rest together. */
const LOOKED_AT = [
  'Select',
  'Insert',
  'Update',
  'Delete',
  'Create',
  'Drop',
  'Index',
  'Alter',
  'References',
  'Trigger',
];
const ALL_SET = LOOKED_AT.map((name) => `${name}_priv = 'Y'`).join(' AND ');

const databaseOf = (grant: string): string => grant.replace(/\.\*$/, '');

export const mysqlUserKind: ShellKind<UserDesired | NoUser, UserState> = {
  via: 'shell',
  name: 'mysql-user',
  batch: true,
  read: (items) =>
    ask(
      items.flatMap((item, index) => {
        const where = `WHERE User = ${sqlString(item.user)} AND Host = ${sqlString(item.from)}`;
        if ('absent' in item) return [`SELECT 'user', ${index}, 0 FROM mysql.user ${where};`];
        const match = item.hash ? text`authentication_string = '${item.hash}'` : "plugin = 'unix_socket'";
        return [
          text`SELECT 'user', ${index}, ${match}, ${item.hash ? "ssl_type <> ''" : '1'} FROM mysql.user ${where};`,
          `SELECT 'grant', ${index}, REPLACE(Db, '\\\\_', '_') FROM mysql.db ${where} AND ${ALL_SET};`,
          `SELECT 'grant', ${index}, '*' FROM mysql.user ${where} AND ${ALL_SET};`,
        ];
      }),
    ),
  parse(output, items) {
    const { up, rows } = answersOf(output);
    return items.map((_, index) => {
      const mine = rows.filter((row) => row[1] === String(index));
      const user = mine.find((row) => row[0] === 'user');
      const granted = mine.filter((row) => row[0] === 'grant').map((row) => row[2] ?? '');
      return {
        known: up,
        exists: user !== undefined,
        passwordMatches: user?.[2] === '1',
        encrypted: user?.[3] === '1',
        granted: new Set(granted),
      };
    });
  },
  compare(desired, state): Change | undefined {
    if ('absent' in desired) {
      if (state.known && !state.exists) return undefined;
      return {
        summary: `drop database account ${desired.user}@${desired.from}`,
        script: execute([`DROP USER IF EXISTS ${sqlAccount(desired.user, desired.from)};`]),
        limitSeconds: 60,
      };
    }
    const missing = desired.grants.filter((grant) => !state.granted.has(databaseOf(grant)));
    const sameAccount = state.exists && state.passwordMatches && state.encrypted;
    if (sameAccount && missing.length === 0) return undefined;
    const account = sqlAccount(desired.user, desired.from);
    const words = [
      ...(state.exists ? [] : [`make database account ${desired.user}@${desired.from}`]),
      ...(state.exists && !state.passwordMatches
        ? [`set the ${desired.hash ? 'password' : 'login'} of database account ${desired.user}`]
        : []),
      ...(state.exists && !state.encrypted ? [`require TLS of database account ${desired.user}`] : []),
      ...(missing.length > 0 ? [`grant it ${missing.join(', ')}`] : []),
    ];
    const grants = desired.grants.map((grant) => {
      const database = databaseOf(grant);
      return `GRANT ALL PRIVILEGES ON ${database === '*' ? '*' : sqlName(database)}.* TO ${account};`;
    });
    const identified = desired.hash
      ? text`IDENTIFIED BY PASSWORD '${desired.hash}' REQUIRE SSL`
      : 'IDENTIFIED VIA unix_socket';
    return {
      summary: sameAccount ? `grant ${missing.join(', ')} to ${desired.user}` : words.join(', '),
      script: execute([
        text`CREATE USER IF NOT EXISTS ${account} ${identified};`,
        text`ALTER USER ${account} ${identified};`,
        ...grants,
      ]),
      limitSeconds: 60,
    };
  },
  removal: {
    record: ({ user, from }) => ({ user, from }),
    absence: ({ user = '', from = '' }) => ({ user, from, absent: true }),
  },
};

export interface UserOptions extends ResourceOptions {
  /** Where it may come from; `%`, anywhere, by default. */
  readonly from?: string;
}

/** A database account with a password and all privileges on some databases (`nova.*`), which logs in over TLS only. */
export function mysqlUser(
  host: string,
  user: string,
  password: Text,
  grants: readonly string[],
  options: UserOptions = {},
): Resource {
  const from = options.from ?? '%';
  const desired: UserDesired = { user, from, hash: passwordHash(password), grants };
  return resource(mysqlUserKind, host, from === '%' ? user : `${user}@${from}`, desired, options);
}

/**
 * A database account without a password and without privileges: the host's user of the same name logs in to it over
 * the local socket, and nobody else. Without privileges it sees the server's status.
 */
export function mysqlSocketUser(host: string, user: string, options: ResourceOptions = {}): Resource {
  const desired: UserDesired = { user, from: 'localhost', hash: undefined, grants: [] };
  return resource(mysqlUserKind, host, `${user}@localhost`, desired, options);
}
