import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importBurrito } from '../../src/formats/burrito/import.ts';
import { importSources } from '../../src/formats/import.ts';
import { importKolla } from '../../src/formats/kolla/import.ts';
import type { ImportResult, SourceFile } from '../../src/formats/result.ts';
import { fixture } from './fixtures.ts';

const RUNS = 10_000;
const SECRETS = ['Zq7-first-secret-Lp', 'Kw3-second-secret-Vy', 'Hd9-third-secret-Rt'];

/** A small generator of numbers, so that a failure can be repeated from its run number. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 12345;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return state % below;
  };
}

const PIECES = [
  '\t',
  '\r\n',
  '\ufeff',
  '---\n',
  '...\n',
  '{{ ',
  ' }}',
  '{% if %}',
  '[',
  ']',
  ':',
  ': ',
  '- ',
  '#',
  '"',
  "'",
  '&a ',
  '*a',
  '!vault |\n',
  '<<: ',
  '\0',
  '한글 ',
  '=',
  '[1:99999]',
  '[a:z]',
  '|',
  '>',
  '%',
  '@',
  '`',
  '\ud800',
  '0'.repeat(50),
  ':children]\n',
];

function mutate(text: string, next: (below: number) => number): string {
  let out = text;
  for (let edits = 1 + next(3); edits > 0; edits--) {
    const at = next(out.length + 1);
    const kind = next(5);
    if (kind === 0) out = out.slice(0, at) + (PIECES[next(PIECES.length)] ?? '') + out.slice(at);
    else if (kind === 1) out = out.slice(0, at) + out.slice(at + 1 + next(6));
    else if (kind === 2) {
      const lines = out.split('\n');
      lines.splice(next(lines.length), 0, lines[next(lines.length)] ?? '');
      out = lines.join('\n');
    } else if (kind === 3) out = out.slice(0, at) + String.fromCharCode(32 + next(95)) + out.slice(at + 1);
    else out = out.slice(0, at) + out.slice(at, at + 1 + next(20)) + out.slice(at);
  }
  return out;
}

const burrito: readonly SourceFile[] = [
  ...fixture(join(import.meta.dirname, 'burrito/fixtures/all-in-one')),
  {
    path: 'group_vars/all/vault.yml',
    text: `---\nvault_ssh_password: ${SECRETS[0]}\nvault_openstack_admin_password: "${SECRETS[1]}"\n`,
  },
  {
    path: 'group_vars/all/netapp_vars.yml',
    text: `netapp:\n  - name: n1\n    managementLIF: 10.0.0.1\n    password: ${SECRETS[2]}\n`,
  },
];
const kolla: readonly SourceFile[] = [
  ...fixture(join(import.meta.dirname, 'kolla/fixtures/all-in-one')).filter(
    (file) => file.path !== 'passwords.yml',
  ),
  {
    path: 'passwords.yml',
    text: `---\nkeystone_admin_password: ${SECRETS[0]}\ndatabase_password: '${SECRETS[1]}'\nhnas_nfs_password: ${SECRETS[2]}\n`,
  },
];

const cases: readonly [string, readonly SourceFile[], (files: readonly SourceFile[]) => ImportResult][] = [
  ['burrito', burrito, (files) => importBurrito(files)],
  ['kolla', kolla, (files) => importKolla(files)],
];

describe.each(cases)('%s', (format, files, read) => {
  test(`${RUNS} changed descriptions: never a throw, never a hang, never a secret`, {
    timeout: 600_000,
  }, () => {
    for (let run = 0; run < RUNS; run++) {
      const next = numbers(run + 1);
      const chosen = next(files.length);
      const mutated = files.map((file, index) =>
        index === chosen ? { ...file, text: mutate(file.text, next) } : file,
      );
      // Validation of the result is slower and belongs to the description; a part of the runs goes through it.
      const said =
        run % 40 === 0
          ? JSON.stringify(importSources(mutated, { format: format as 'kolla' }))
          : JSON.stringify(read(mutated));
      for (const secret of SECRETS) {
        if (said.includes(secret))
          expect.fail(
            `run ${run}: a secret in ${mutated[chosen]?.path}: ${said.slice(Math.max(0, said.indexOf(secret) - 200), said.indexOf(secret) + 50)}`,
          );
      }
    }
  });
});
