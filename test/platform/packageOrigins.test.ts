import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import { shellProgram } from '../../src/resources/program.ts';
import { rehearsal, scratch } from '../resources/sh.ts';

const POLICY = `current:
  Installed: 2.0-1
  Candidate: 2.0-1
  Version table:
 *** 2.0-1 500
        500 http://archive.example/debian stable/main amd64 Packages
        100 /var/lib/dpkg/status
lib:i386:
  Installed: 1.0-1
  Candidate: 1.0-1+sec2
  Version table:
     1.0-1+sec2 500
        500 http://archive.example/debian-security stable-security/main amd64 Packages
     1.0-1+sec1 500
        500 http://archive.example/debian-security stable-security/main amd64 Packages
 *** 1.0-1 500
        500 http://archive.example/debian stable/main amd64 Packages
        100 /var/lib/dpkg/status
patched:
  Installed: 3-2
  Candidate: 3-2
  Version table:
 *** 3-2 990
        990 http://archive.example/debian-security stable-security/main amd64 Packages
        100 /var/lib/dpkg/status
     3-1 500
        500 http://archive.example/debian stable/main amd64 Packages
old:
  Installed: 4
  Candidate: 5
  Version table:
     5 500
        500 http://archive.example/debian stable/main amd64 Packages
 *** 4 100
        100 /var/lib/dpkg/status
vendor:
  Installed: 9
  Candidate: 9
  Version table:
 *** 9 100
        100 /var/lib/dpkg/status
gone:
  Installed: (none)
  Candidate: 1
  Version table:
     1 500
        500 http://archive.example/debian stable/main amd64 Packages
`;

function hostWith(files: Readonly<Record<string, string>>, configuration = '') {
  const place = scratch();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  writeFileSync(join(place, 'policy'), POLICY);
  const { run, calls } = rehearsal(place, {
    'dpkg-query': `printf '%s\\n' 'installed current' 'installed lib:i386' 'config-files gone'`,
    'apt-cache': `[ "$1" = policy ] || unexpected; cat '${place}/policy'`,
    'apt-config': `[ "$*" = dump ] || unexpected; echo '${configuration}'`,
  });
  const { stdout, code } = run(shellProgram([debian13.packageManager.origins]));
  expect(code).toBe(0);
  return { lines: stdout.trimEnd().split('\n'), calls: calls() };
}

const LISTS = {
  'var/lib/apt/lists/x_stable_main_Packages': '',
  'var/lib/apt/lists/x_dists_stable-security_InRelease': '',
};

describe('where packages come from', () => {
  it('is read off the lists that the host has; nothing is fetched', () => {
    const { lines, calls } = hostWith(LISTS);
    expect(lines).toEqual([
      expect.stringMatching(/^lists [1-9]\d+$/),
      'security',
      'update lib:i386 1.0-1 1.0-1+sec2',
      'superseded old 4',
      'foreign vendor 9',
      'packages 5',
      'end',
    ]);
    expect(calls).toContain('apt-cache policy current lib:i386');
    expect(calls.join()).not.toMatch(/apt-get|update/);
  });

  it('says that there are no lists', () => {
    expect(hostWith({}).lines.slice(0, 2)).toEqual(['lists 0', 'update lib:i386 1.0-1 1.0-1+sec2']);
  });

  it('names what is taken without a signature', () => {
    const { lines } = hostWith(
      {
        ...LISTS,
        'etc/apt/sources.list': 'deb [trusted=yes] http://archive.example/x ./\n',
        'etc/apt/sources.list.d/a.list': '# deb [trusted=yes] http://archive.example/x ./\n',
        'etc/apt/sources.list.d/b.sources': 'Types: deb\nTrusted: yes\n',
        'var/lib/apt/lists/y_Release': '',
        'var/lib/apt/lists/z_Release': '',
        'var/lib/apt/lists/z_Release.gpg': '',
      },
      'APT::Get::AllowUnauthenticated "true";',
    );
    const unsigned = lines.filter((line) => line.startsWith('unsigned '));
    expect(unsigned.map((line) => line.replace(/ \/.*\/(?=etc|var)/, ' /'))).toEqual([
      'unsigned /etc/apt/sources.list',
      'unsigned /etc/apt/sources.list.d/b.sources',
      'unsigned APT::Get::AllowUnauthenticated "true";',
      'unsigned /var/lib/apt/lists/y_Release',
    ]);
  });
});
