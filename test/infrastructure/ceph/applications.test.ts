import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { managerPoolApplication } from '../../../src/infrastructure/ceph/applications.ts';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { reveal, type Text } from '../../../src/secrets/confidential.ts';
import { scratch, sh } from '../../resources/sh.ts';
import { allInOne } from '../../steps/clouds.ts';

const root = scratch();

/** The command, with its state in this folder. */
function scriptsIn(state: string): { readonly unless: string; readonly script: string } {
  const [host] = allInOne().cloud.hosts;
  if (!host) throw new Error('the cloud has a host');
  const { script, unless } = managerPoolApplication(host, []).desired as CommandDesired;
  const led = (text: Text) => reveal(text).replaceAll('/var/lib/cloudwright', state);
  return { unless: led(unless), script: led(script) };
}

/** Runs the command against a `ceph` that knows these pools; gives what it enabled. */
function run(pools: string) {
  const state = join(root, 'state');
  mkdirSync(state, { recursive: true });
  writeFileSync(join(root, 'pools'), pools);
  writeFileSync(
    join(root, 'ceph'),
    `#!/bin/sh
case "$*" in
  'osd pool ls detail') cat ${root}/pools;;
  'osd pool application enable '*) echo "$5 $6" >>${root}/enabled;;
  *) echo "unexpected: $*" >&2; exit 9;;
esac`,
  );
  chmodSync(join(root, 'ceph'), 0o755);
  const answer = sh(scriptsIn(state).script, root);
  const enabled = existsSync(join(root, 'enabled')) ? readFileSync(join(root, 'enabled'), 'utf8') : '';
  return { answer, enabled, done: sh(scriptsIn(state).unless, root).code === 0 };
}

describe('the applications of pools', () => {
  it('are enabled for pools that a daemon left without, and for no others', () => {
    const result = run(
      [
        "pool 1 '.mgr' replicated size 1 min_size 1 pg_num 1 autoscale_mode off",
        "pool 2 'volumes' replicated size 1 min_size 1 pg_num 32 application rbd",
        "pool 3 '.rgw.root' replicated size 1 min_size 1 pg_num 32 application rgw",
        "pool 5 'theirs' replicated size 1 min_size 1 pg_num 32 autoscale_mode off",
        '',
      ].join('\n'),
    );
    expect(result).toEqual({
      answer: { code: 0, stdout: '', stderr: '' },
      enabled: '.mgr mgr\n',
      done: true,
    });
  });

  it('are not taken for done when Ceph does not answer', () => {
    const place = join(root, 'mute');
    mkdirSync(place);
    writeFileSync(join(place, 'ceph'), '#!/bin/sh\nexit 1\n');
    chmodSync(join(place, 'ceph'), 0o755);
    expect(sh(scriptsIn(place).script, place).code).toBe(1);
    expect(sh(scriptsIn(place).unless, place).code).toBe(1);
  });
});
