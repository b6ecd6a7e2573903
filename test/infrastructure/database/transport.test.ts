import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ShellCheck } from '../../../src/engine/check.ts';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';
import { allChecks, allInOne, allResources, type CloudContext, threeControls } from '../../steps/clouds.ts';

const root = scratch();
const place = () => mkdtempSync(join(root, 'host-'));

const CA = '/etc/cloudwright/tls/database/ca.pem';
const LOCKED = 'ERROR 4151 (HY000): Access denied, this account is locked';
const REFUSED = 'ERROR 3159 (08004): Connections using insecure transport are prohibited';

function check(context: CloudContext, id: string): ShellCheck {
  const found = allChecks(context).find((candidate) => candidate.id === id);
  if (found?.via !== 'shell') throw new Error(`no shell check ${id}`);
  return found;
}

function command(context: CloudContext, id: string): CommandDesired {
  const found = allResources(context).find((resource) => resource.id === id);
  if (!found) throw new Error(`no resource ${id}`);
  return found.desired as CommandDesired;
}

/** A host whose client meets these answers, encrypted and not, and whose openssl prints the third. */
function asked({ script, judge }: ShellCheck, encrypted: string, clear: string, replication = '') {
  const host = rehearsal(place(), {
    timeout: '[ "$1" -le 10 ] || unexpected "$@"; shift; exec "$@"',
    mariadb: `case $* in
'--no-defaults --connect-timeout=5 --host=192.0.2.'*' --port=3306 --user=cloudwright-check --ssl-ca='*'${CA} --ssl-verify-server-cert -e select 1')
  echo "${encrypted}" >&2; exit 1 ;;
'--no-defaults --connect-timeout=5 --host=192.0.2.'*' --port=3306 --user=cloudwright-check --skip-ssl -e select 1')
  echo "${clear}" >&2; exit 1 ;;
*) unexpected "$@" ;;
esac`,
    openssl: `case $* in
's_client -connect 192.0.2.12:4567 -verify_ip 192.0.2.12 -verify_return_error -CAfile '*' -cert '*'/certificate.pem -key '*'/key.pem')
  echo "${replication}" ;;
*) unexpected "$@" ;;
esac`,
  });
  const { code, stdout, stderr } = host.run(script);
  return { finding: judge({ exitCode: code, stdout, stderr }), stderr };
}

describe('what a client of the database meets', () => {
  const member = check(threeControls(), 'database-tls-control2');
  const VERIFIED = 'Verify return code: 0 (ok)';

  it.each([
    ['the virtual address', check(threeControls(), 'database-vip'), '192.0.2.100:3306'],
    ['a lone server', check(allInOne(), 'database-tls-one'), '192.0.2.11:3306'],
    ['a member', member, '192.0.2.12:3306'],
  ])('%s: TLS that it verifies, and nothing else', (_, subject, at) => {
    expect(asked(subject, LOCKED, REFUSED, VERIFIED)).toEqual({
      finding: { ok: true, sentence: `MariaDB on ${at} speaks TLS and refuses clear text` },
      stderr: '',
    });
  });

  it.each([
    [
      'another authority',
      'ERROR 2026 (HY000): TLS/SSL error: self-signed certificate in certificate chain',
      REFUSED,
    ],
    ['another name', 'ERROR 2026 (HY000): TLS/SSL error: Hostname verification failed', REFUSED],
    ['a server that takes clear text', LOCKED, LOCKED],
    [
      'no server',
      "ERROR 2002 (HY000): Can't connect to server",
      "ERROR 2002 (HY000): Can't connect to server",
    ],
    ['a server that lets nobody in from outside', 'ERROR 2002 (HY000): 1130 - Host is not allowed', REFUSED],
  ])('%s is an error', (_, encrypted, clear) => {
    const { ok, sentence } = asked(member, encrypted, clear, VERIFIED).finding;
    expect(ok).toBe(false);
    expect(sentence).toContain(encrypted === LOCKED ? clear : encrypted);
  });

  it.each([
    ['in clear text', ''],
    ['with another certificate', 'Verify return code: 20 (unable to get local issuer certificate)'],
  ])('replication %s is an error', (_, replication) => {
    expect(asked(member, LOCKED, REFUSED, replication).finding.ok).toBe(false);
  });
});

describe('a renewed certificate', () => {
  const lone = command(allInOne(), 'one/command:database-certificate');

  /** PEM, in lines of this length. */
  const pem = (body: string, width: number) =>
    `-----BEGIN CERTIFICATE-----\n${body.replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n')}\n-----END CERTIFICATE-----\n`;
  const NEW = 'MIIB0new'.repeat(30);
  const OLD = 'MIIB0old'.repeat(30);

  function shows(shown: string, kept = pem(NEW, 64)) {
    const directory = place();
    writeFileSync(join(directory, 'shown'), shown);
    const file = '/etc/cloudwright/tls/database/certificate.pem';
    mkdirSync(join(directory, file, '..'), { recursive: true });
    writeFileSync(join(directory, file), kept);
    const host = rehearsal(directory, {
      timeout: '[ "$1" -le 10 ] || unexpected "$@"; shift; exec "$@"',
      openssl: `case $* in
's_client -connect 192.0.2.11:3306 -starttls mysql') cat ${directory}/shown ;;
*) unexpected "$@" ;;
esac`,
    });
    const { code, stderr } = host.run(lone.unless);
    expect(stderr).toBe('');
    return code;
  }

  /** What openssl prints around the certificate. */
  const session = (certificate: string) =>
    `CONNECTED(00000003)\n---\nServer certificate\n${certificate}subject=CN=control1\n---\nDONE\n`;

  it('is noticed by what the server shows', () => {
    expect(shows(session(pem(NEW, 64)))).toBe(0);
    expect(shows(session(pem(OLD, 64)))).toBe(1);
    expect(shows('CONNECTED(00000003)\n---\nno peer certificate available\n')).toBe(1);
    expect(shows('')).toBe(1);
    expect(shows('', '')).toBe(1);
  });

  it('is the first of the file, however its lines are cut', () => {
    expect(shows(session(pem(NEW, 64)), `${pem(NEW, 76)}${pem(OLD, 76)}`)).toBe(0);
    expect(shows(session(pem(OLD, 64)), `${pem(NEW, 76)}${pem(OLD, 76)}`)).toBe(1);
  });

  it('is read by the running server, by its replication first', () => {
    expect(lone.script).toBe('mariadb --skip-ssl -e "flush ssl"');
    expect(command(threeControls(), 'control2/command:database-certificate').script).toBe(
      'mariadb --skip-ssl -e "set global wsrep_provider_socket_ssl_reload = 1; flush ssl"',
    );
  });

  it('restarts nothing', () => {
    const server = allResources(threeControls()).find(({ id }) => id === 'control2/service:mariadb');
    expect(server?.watches.filter((id) => id.includes('/tls/'))).toEqual([]);
  });
});

describe('the account of the checks', () => {
  it('is made once, and nobody can log in with it', () => {
    const accounts = allResources(threeControls()).filter(({ id }) => id.endsWith('database-check-account'));
    expect(accounts).toHaveLength(1);
    expect(accounts[0]?.cloudWide).toBe(true);
    const { script } = command(allInOne(), 'one/command:database-check-account');
    for (const statement of ['create user if not exists', 'alter user']) {
      expect(script).toContain(`${statement} 'cloudwright-check'@'%' require ssl account lock`);
    }
  });
});
