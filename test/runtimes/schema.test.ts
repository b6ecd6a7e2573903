import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandDesired } from '../../src/resources/command.ts';
import { platformOn, serviceContext } from '../../src/runtimes/context.ts';
import { migrationResources } from '../../src/runtimes/migrations.ts';
import { systemd } from '../../src/runtimes/systemd/index.ts';
import { text } from '../../src/secrets/confidential.ts';
import type { Migration } from '../../src/services/definition.ts';
import { image } from '../../src/services/image.ts';
import { rehearsal, scratch } from '../resources/sh.ts';
import { allInOne } from '../steps/clouds.ts';

const root = scratch();
const context = allInOne();
const whole = serviceContext(context);
if (!whole) throw new Error('a control host was reached');

function commandOf(stage: Migration): CommandDesired {
  if (!whole) throw new Error('a control host was reached');
  const platform = platformOn(context, whole.control);
  const [resource] = migrationResources(image, whole, [stage], { runtime: systemd, after: [], platform });
  return resource?.desired as CommandDesired;
}

/** A fake host whose database is a folder: `version` is what our table says, `rows` what the schema's own says. */
function host(installed = '30.0.0-1') {
  const place = mkdtempSync(join(root, 'host-'));
  mkdirSync(join(place, 'db'));
  const db = join(place, 'db');
  const tools = {
    'dpkg-query': `[ "$*" = '-W -f \${Version} glance-common' ] || unexpected "$@"\nprintf %s '${installed}'`,
    mariadb: `[ "$1 $2 $3 $4" = '--skip-ssl -N -B -e' ] || unexpected "$@"
case $5 in
"select version from cloudwright.migrations where name = 'glance'; select 'filled' from glance.alembic_version limit 1") cat '${db}/version' '${db}/rows' 2>/dev/null || exit 1 ;;
'create database if not exists cloudwright' | 'create table if not exists cloudwright.migrations '*) ;;
"replace into cloudwright.migrations values ('glance', '${installed}')") echo '${installed}' >'${db}/version' ;;
*) unexpected "$@" ;;
esac`,
    setpriv: `[ "$1 $2 $3 $4" = '--reuid=glance --regid=glance --init-groups --' ] || unexpected "$@"
shift 4
exec "$@"`,
    // Nothing limits how long its statements take.
    'glance-manage': `[ "$*" = db_sync ] && [ "\${OS_DATABASE__CONNECTION_PARAMETERS-unset}" = '' ] || unexpected "$@"
[ ! -e '${place}/broken' ] || { echo 'Lost connection to MySQL server' >&2; exit 1; }
echo filled >'${db}/rows'`,
  };
  const set = (name: string, content: string) => writeFileSync(join(place, name), content);
  const version = () => readFileSync(join(db, 'version'), 'utf8').trim();
  return { ...rehearsal(place, tools), set, version };
}

describe('the schema of a database', () => {
  const desired = commandOf({ kind: 'schema', database: 'glance', command: 'glance-manage db_sync' });

  it('is brought to the installed version as the project’s user, and known as that', () => {
    const fake = host();
    expect(fake.run(desired.unless).code).not.toBe(0);
    expect(fake.run(desired.script)).toMatchObject({ code: 0, stderr: '' });
    expect(fake.version()).toBe('30.0.0-1');
    expect(fake.run(desired.unless).code).toBe(0);
  });

  it('is migrated again after an upgrade of the package', () => {
    const fake = host('31.0.0-2');
    fake.set('db/version', '30.0.0-1\n');
    fake.set('db/rows', 'filled\n');
    expect(fake.run(desired.unless).code).not.toBe(0);
    expect(fake.run(desired.script).code).toBe(0);
    expect(fake.run(desired.unless).code).toBe(0);
  });

  it('is not taken for done when the migration was cut: its version table is empty', () => {
    const fake = host();
    fake.set('db/version', '30.0.0-1\n');
    fake.set('db/rows', '');
    expect(fake.run(desired.unless).code).not.toBe(0);
  });

  it('is not written down when the migration fails, and the failure is shown', () => {
    const fake = host();
    fake.set('broken', '');
    expect(fake.run(desired.script)).toMatchObject({ code: 1, stderr: 'Lost connection to MySQL server\n' });
    expect(() => fake.version()).toThrow();
    expect(fake.run(desired.unless).code).not.toBe(0);
  });

  it('may take an hour: a large cloud is no failed one', () => {
    expect(desired.limitSeconds).toBe(3600);
  });
});

describe('a command with a fingerprint', () => {
  const stage = (value: string): CommandDesired =>
    commandOf({
      kind: 'command',
      name: 'greeting',
      doing: 'greet',
      fingerprint: text`${value}`,
      unless: 'true',
      script: 'echo hello',
      limitSeconds: 5,
    });

  it('runs once, and again when what it was run with changes', () => {
    const fake = host();
    expect(fake.run(stage('a').unless).code).not.toBe(0);
    expect(fake.run(stage('a').script)).toMatchObject({ code: 0, stdout: 'hello\n' });
    expect(fake.run(stage('a').unless).code).toBe(0);
    expect(fake.run(stage('b').unless).code).not.toBe(0);
  });

  it('is not done when its own condition is not true', () => {
    const fake = host();
    const desired = commandOf({
      kind: 'command',
      name: 'greeting',
      doing: 'greet',
      unless: 'false',
      script: 'exit 3',
      limitSeconds: 5,
    });
    expect(fake.run(desired.unless).code).not.toBe(0);
    expect(fake.run(desired.script).code).toBe(3);
  });

  it('keeps a digest on the host and not the value', () => {
    const fake = host();
    const mark = '/var/lib/cloudwright/fingerprints/greeting';
    fake.run(text`umask 022\n${stage('a-secret-value').script}`);
    expect(fake.run(`cat ${mark}`).stdout).toMatch(/^[0-9a-f]{32}\n$/);
    // A weak password could be guessed from its digest.
    expect(fake.run(`stat -c %a ${mark}`).stdout).toBe('600\n');
  });
});
