import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mysqlDatabase, mysqlSocketUser, mysqlUser } from '../../src/resources/index.ts';
import type { UserDesired } from '../../src/resources/mysqlUser.ts';
import { passwordHash, sqlName, sqlString } from '../../src/resources/sql.ts';
import { Confidential, masked, reveal } from '../../src/secrets/confidential.ts';
import { compare, parse, plan } from './sh.ts';

/** Reads one literal or quoted name as MariaDB's lexer does; fails unless it ends exactly at the end. */
function lex(sql: string, mark: "'" | '`'): string {
  const escapes: Record<string, string> = { '0': '\0', n: '\n', r: '\r', Z: '\x1a' };
  expect(sql[0]).toBe(mark);
  let value = '';
  for (let at = 1; at < sql.length; at++) {
    const letter = sql[at] ?? '';
    const next = sql[at + 1] ?? '';
    if (mark === "'" && letter === '\\') {
      value += escapes[next] ?? next;
      at++;
    } else if (letter === mark && next === mark) {
      value += mark;
      at++;
    } else if (letter === mark) {
      expect(at).toBe(sql.length - 1);
      return value;
    } else value += letter;
  }
  throw new Error('not closed');
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom("'", '\\', '`', '"', '\0', '\n', '%', ';', '--', 'x'), { maxLength: 12 })
    .map((p) => p.join('')),
);

describe('quoting', () => {
  test('string literals', () => {
    fc.assert(
      fc.property(nasty, (value) => {
        expect(lex(sqlString(value), "'")).toBe(value);
      }),
    );
  });
  test('names', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        expect(lex(sqlName(name), '`')).toBe(name.replaceAll('\0', ''));
      }),
    );
  });
  test('the hash is the one that MariaDB documents for PASSWORD()', () => {
    expect(reveal(passwordHash('mariadb'))).toBe('*54958E764CE10E50764C2EECBB71D01F08549980');
    expect(String(passwordHash('mariadb'))).toBe('••••');
  });
});

describe('mysqlDatabase', () => {
  const nova = mysqlDatabase('h', 'nova');
  const glance = mysqlDatabase('h', 'glance', { charset: 'utf8mb4' });

  test('one answer for all', () => {
    const states = parse([nova, glance], 'server\tup\ndatabase\t0\tutf8mb3\tutf8mb3_general_ci\n');
    expect(compare(nova, states[0])).toBeUndefined();
    expect(compare(glance, states[1])?.summary).toBe('make database glance');
    expect(compare(nova, { known: true, charset: 'utf8', collation: 'utf8_general_ci' })).toBeUndefined();
    expect(
      compare(nova, { known: true, charset: 'latin1', collation: 'latin1_swedish_ci' })?.summary,
    ).toMatch(/^set/);
  });

  test('no server: not an error, all is to be made', () => {
    expect(plan([nova])[0]?.summary).toBe('make database nova');
  });
});

describe('mysqlUser', () => {
  const nova = mysqlUser('h', 'nova', new Confidential('hunter2'), ['nova.*', 'nova_api.*']);

  test.each([
    ['absent', 'server\tup\n', 'make database account nova@%, grant it nova.*, nova_api.*'],
    ['in place', 'server\tup\nuser\t0\t1\t1\ngrant\t0\tnova\ngrant\t0\tnova_api\n', undefined],
    [
      'wrong password',
      'server\tup\nuser\t0\t0\t1\ngrant\t0\tnova\ngrant\t0\tnova_api\n',
      'set the password of database account nova',
    ],
    ['a grant missing', 'server\tup\nuser\t0\t1\t1\ngrant\t0\tnova\n', 'grant nova_api.* to nova'],
    [
      'clear text is let in',
      'server\tup\nuser\t0\t1\t0\ngrant\t0\tnova\ngrant\t0\tnova_api\n',
      'require TLS of database account nova',
    ],
  ])('%s', (_, output, summary) => {
    expect(compare(nova, parse([nova], output)[0])?.summary).toBe(summary);
  });

  test('is made, and changed, to log in over TLS only', () => {
    const statements = reveal(compare(nova, parse([nova], '')[0])?.script ?? '').split('\n');
    for (const verb of ['CREATE USER', 'ALTER USER']) {
      expect(statements.filter((line) => line.startsWith(verb))).toEqual([
        expect.stringMatching(/ REQUIRE SSL;$/),
      ]);
    }
    const { read } = nova.kind.via === 'shell' ? nova.kind : expect.fail('a shell kind is expected');
    expect(reveal(read([nova.desired]))).toContain("ssl_type <> ''");
  });

  test('neither password nor hash shows, and the password does not travel', () => {
    const change = compare(nova, parse([nova], '')[0]);
    const hash = reveal((nova.desired as UserDesired).hash ?? '');
    expect(hash).not.toBe('');
    expect(masked(change?.script ?? '')).not.toContain(hash);
    expect(reveal(change?.script ?? '')).toContain(hash);
    expect(reveal(change?.script ?? '')).not.toContain('hunter2');
  });
});

describe('mysqlSocketUser', () => {
  const health = mysqlSocketUser('h', 'health');

  test.each([
    ['absent', 'server\tup\n', 'make database account health@localhost'],
    ['in place', 'server\tup\nuser\t0\t1\t1\n', undefined],
    ['with a password', 'server\tup\nuser\t0\t0\t1\n', 'set the login of database account health'],
  ])('%s', (_, output, summary) => {
    expect(compare(health, parse([health], output)[0])?.summary).toBe(summary);
  });

  test('logs in over the local socket, without a password and without a privilege', () => {
    const script = reveal(compare(health, parse([health], '')[0])?.script ?? '');
    expect(script).toContain("CREATE USER IF NOT EXISTS 'health'@'localhost' IDENTIFIED VIA unix_socket;");
    expect(script).not.toMatch(/GRANT|PASSWORD/);
  });
});
