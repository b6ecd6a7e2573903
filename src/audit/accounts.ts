import type { Host } from '../cloud/cloud.ts';
import { erlang } from '../infrastructure/erlang.ts';
import type { Component } from '../platform/platform.ts';
import { answersOf, ask } from '../resources/mysqlClient.ts';
import { plain } from '../secrets/confidential.ts';
import { END, type Found, type Inspection, inspection } from './verdict.ts';

/** The only account of the message broker that the definitions make. */
const BROKER_USER = 'openstack';
/** Accounts that log in over the local socket, as a user of the host or by the host's own login. */
const BY_HOST = ['unix_socket', 'auth_socket', 'pam', 'gssapi'];

/** Nobody logs in to the host without a password. */
export function hostAccountsInspection(host: Host): Inspection {
  return inspection({
    topic: 'accounts',
    title: 'no account of the host is without a password',
    host,
    // Whether there is a password, and not which.
    script: `getent shadow | cut -d: -f1,2 | sed 's/:..*/:set/'\necho ${END}`,
    find(lines) {
      if (lines.length === 0) return { found: [silent('the host')], else: '' };
      const open = lines.filter((line) => line.endsWith(':')).map((line) => line.slice(0, -1));
      return {
        found: open.map((name) => ({
          state: 'fail' as const,
          what: `the account ${name} of the host has an empty password`,
          next: `Set a password, or lock the account: passwd --lock ${name}`,
        })),
        else: `${lines.length} accounts of the host, none with an empty password`,
      };
    },
  });
}

const ACCOUNTS = `SELECT 'account', user.User, user.Host, user.plugin, user.authentication_string <> '',
  user.ssl_type <> '', COALESCE(JSON_VALUE(global_priv.Priv, '$.account_locked'), 'false') IN ('true', '1')
  FROM mysql.user JOIN mysql.global_priv USING (Host, User) WHERE user.is_role <> 'Y';`.replace(/\n */g, ' ');

/** Every account of the database that can log in has a password, and TLS where it comes over the network. */
export function databaseInspection(host: Host): Inspection {
  return inspection({
    topic: 'accounts',
    title: 'accounts of the database have passwords, and TLS over the network',
    host,
    script: `${plain(ask([ACCOUNTS]))}\necho ${END}`,
    find(lines) {
      const { up, rows } = answersOf(lines.join('\n'));
      const accounts = rows.filter(([kind]) => kind === 'account');
      if (!up || accounts.length === 0) return { found: [silent('the database')], else: '' };
      return {
        found: accounts.flatMap((row) => accountFaults(row)),
        else: `${accounts.length} accounts of the database, none open`,
      };
    },
  });
}

function accountFaults(row: readonly string[]): readonly Found[] {
  const [, user = '', from = '', plugin = '', hasPassword, encrypted, locked] = row;
  if (locked === '1') return [];
  const account = `${user === '' ? 'anonymous' : user}@${from}`;
  const next = 'Run cloudwright apply, or drop the account if no service of the cloud uses it.';
  const found: Found[] = [];
  if (hasPassword !== '1' && !BY_HOST.includes(plugin))
    found.push({ state: 'fail', what: `the database account ${account} has no password`, next });
  if (encrypted !== '1' && !['localhost', '127.0.0.1', '::1'].includes(from))
    found.push({ state: 'fail', what: `the database account ${account} does not require TLS`, next });
  return found;
}

const USERS =
  '[binary_to_list(proplists:get_value(user, User)) || User <- rabbit_auth_backend_internal:list_users()].';

/** The broker's published default account is not there, and no other that the definitions do not name. */
export function brokerInspection(host: Host, rabbitmq: Component): Inspection {
  return inspection({
    topic: 'accounts',
    title: 'the message broker has no default account',
    host,
    // The answer has no line break at its end.
    script: `${plain(erlang(rabbitmq, USERS))}\necho\necho ${END}`,
    find(lines) {
      const users = [...lines.join(' ').matchAll(/"([^"]*)"/g)].map(([, name = '']) => name);
      if (!users.includes(BROKER_USER)) return { found: [silent('the message broker')], else: '' };
      const others = users.filter((name) => name !== BROKER_USER);
      return {
        found: others.map((name) => ({
          state: name === 'guest' ? 'fail' : 'warning',
          what:
            name === 'guest'
              ? 'the message broker has the account guest, whose password is published'
              : `the message broker has the account ${name}, which no definition names`,
          next: `If nothing uses it: rabbitmqctl delete_user ${name}`,
        })),
        else: 'the message broker has the account of the services alone',
      };
    },
  });
}

function silent(what: string): Found {
  return {
    state: 'fail',
    what: `${what} does not show its accounts`,
    next: 'Run cloudwright verify, which says what is wrong with it.',
  };
}
