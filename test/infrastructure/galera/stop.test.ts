import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { positionOn } from '../../../src/infrastructure/galera/actions.ts';
import { scratch, sh } from '../../resources/sh.ts';

const root = scratch();

/** A host whose server was last ready at `entered`, in the start that began at 100, and that ends as given. */
function host(entered: number, endsOn: 'TERM' | 'KILL') {
  const directory = mkdtempSync(join(root, 'host-'));
  const path = join(directory, 'bin');
  const log = join(directory, 'log');
  mkdirSync(path, { recursive: true });
  writeFileSync(log, '');
  const command = (name: string, body: string) => {
    writeFileSync(join(path, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(path, name), 0o755);
  };
  command('sleep', ':');
  command('galera_recovery', 'echo --wsrep_start_position=u:12');
  command(
    'systemctl',
    `case "$1 $2 $3" in
'show -p ActiveState') [ -e ${directory}/stopped ] && echo inactive || echo activating ;;
'show -p ActiveEnterTimestampMonotonic') echo ${entered} ;;
'show -p InactiveExitTimestampMonotonic') echo 100 ;;
'stop --no-block '*) echo stop >>${log}; [ ${endsOn} = KILL ] || : >${directory}/stopped ;;
'kill -s KILL') echo kill >>${log}; : >${directory}/stopped ;;
'reset-failed '*) ;;
*) echo "unexpected: $*" >&2; exit 99 ;;
esac`,
  );
  const position = join(directory, 'run', 'position');
  const decision = positionOn(
    {
      members: [],
      wish: 'converge',
      platform: { unit: 'mariadb.service', data: '/data', position, stamp: '/stamp' },
      transfer: { account: 'mysql' },
      transferLimitSeconds: 60,
    },
    'a',
  );
  if (decision.do !== 'act') throw new Error('no action');
  const { code, stderr } = sh(decision.change.script, path);
  return { code, stderr, log: readFileSync(log, 'utf8'), position };
}

test('a server that looks for its cluster and ignores SIGTERM is killed', () => {
  const { code, stderr, log, position } = host(50, 'KILL');
  expect({ code, stderr, log }).toEqual({ code: 0, stderr: '', log: 'stop\nkill\n' });
  expect(readFileSync(position, 'utf8')).toBe('u:12\n');
});

test('a server that was ready is never killed', () => {
  expect(host(150, 'TERM')).toMatchObject({ code: 0, log: 'stop\n' });
});
