import { describe, expect, it } from 'vitest';
import { brokerInspection, databaseInspection, hostAccountsInspection } from '../../src/audit/accounts.ts';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import { rehearsal, scratch } from '../resources/sh.ts';
import { allInOne } from '../steps/clouds.ts';
import { hostOf, look, said } from './look.ts';

const host = hostOf(allInOne(), 'one');
const UP = 'server\tup';
/** User, host, plugin, whether there is a password, whether TLS is required, whether it is locked. */
const account = (...words: readonly string[]) => ['account', ...words].join('\t');

describe('accounts of the database', () => {
  const inspection = databaseInspection(host);
  const native = 'mysql_native_password';

  it('are well with password and TLS, over the local socket, or locked', () => {
    const verdicts = look(inspection, [
      UP,
      account('nova', '%', native, '1', '1', '0'),
      account('root', 'localhost', native, '1', '0', '0'),
      account('mysql', 'localhost', 'unix_socket', '0', '0', '0'),
      account('cloudwright-check', '%', native, '0', '0', '1'),
    ]);
    expect(verdicts).toMatchObject([{ state: 'pass', what: '4 accounts of the database, none open' }]);
  });

  it('fail without a password, and without TLS from elsewhere', () => {
    const verdicts = look(inspection, [
      UP,
      account('', 'localhost', native, '0', '0', '0'),
      account('nova', '%', native, '1', '0', '0'),
      account('x', '192.0.2.1', 'unix_socket', '0', '0', '0'),
    ]);
    expect(said(verdicts, 'fail')).toEqual([
      'the database account anonymous@localhost has no password',
      'the database account nova@% does not require TLS',
      'the database account x@192.0.2.1 does not require TLS',
    ]);
  });

  it('fail where the server says nothing', () => {
    expect(said(look(inspection, []), 'fail')).toHaveLength(1);
    expect(said(look(inspection, [UP]), 'fail')).toHaveLength(1);
  });
});

describe('accounts of the broker', () => {
  const inspection = brokerInspection(host, debian13.components.rabbitmq);

  it('are the one of the services alone', () => {
    expect(look(inspection, ['{ok, ["openstack"]}', ''])).toMatchObject([{ state: 'pass' }]);
  });

  it('fail with guest, warn of others, and fail where none is shown', () => {
    const verdicts = look(inspection, ['{ok, ["me", "guest", "openstack"]}']);
    expect(said(verdicts, 'fail')).toEqual([
      'the message broker has the account guest, whose password is published',
    ]);
    expect(said(verdicts, 'warning')).toHaveLength(1);
    expect(said(look(inspection, []), 'fail')).toHaveLength(1);
  });

  it('fail where the broker does not run', () => {
    expect(said(look(inspection, ['{error, nodedown}']), 'fail')).toEqual([
      'the message broker does not show its accounts',
    ]);
  });
});

describe('accounts of the host', () => {
  const inspection = hostAccountsInspection(host);

  it('fail with an empty password; what the others have stays on the host', () => {
    const fakes = rehearsal(scratch(), {
      getent: `[ "$*" = shadow ] || unexpected
printf '%s\\n' 'root:$y$hidden:1::::::' 'daemon:*:1::::::' 'open::1::::::' 'locked:!:1::::::'`,
    });
    const { stdout, code } = fakes.run(inspection.script);
    expect(stdout).toBe('root:set\ndaemon:set\nopen:\nlocked:set\nend\n');
    const verdicts = inspection.judge({ exitCode: code, stdout, stderr: '' });
    expect(said(verdicts, 'fail')).toEqual(['the account open of the host has an empty password']);
  });

  it('are well with one each, and fail where there are none', () => {
    expect(look(inspection, ['root:set'])).toMatchObject([{ state: 'pass' }]);
    expect(inspection.judge({ exitCode: 0, stdout: 'end\n', stderr: '' })).toMatchObject([{ state: 'fail' }]);
  });
});
