import { describe, expect, it } from 'vitest';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import { asName, namesOf } from '../runtimes/arcadia.ts';
import { filesBelow } from './sources.ts';

/** Directories that take every name of a distribution from the platform's table. */
const DIRECTORIES = ['services', 'infrastructure', 'runtimes', 'steps', 'audit'];

const sources = DIRECTORIES.flatMap((name) => [...filesBelow(`src/${name}`, /\.(ts|sh)$/)]);
const users = [...Object.values(debian13.components), ...Object.values(debian13.projects)]
  .flatMap(({ user, group }) => [user, group])
  .filter((name) => name !== undefined);
const shared = new Set([...Object.keys(debian13.components), ...Object.keys(debian13.projects)]);
const names = [
  ...namesOf(debian13),
  ...new Set(users.filter((name) => !shared.has(name))),
  ...['dpkg', 'dpkg-divert', 'apt', 'apt-get'],
];

/** What OpenStack itself calls its processes, as in the APIs' answers, and what has that name everywhere. */
const EVERYWHERE = new Set([
  ...['cinder-scheduler', 'cinder-volume', 'cinder-backup', 'heat-engine'],
  ...['curl', 'ethtool', 'polkit'],
  // OVN's own names for its daemons: of the role, of options and of the sockets of their control.
  ...['ovn-controller', 'ovn-northd'],
  // The database with the server's own tables.
  'mysql',
]);

/** Absolute paths that are Linux's, systemd's or our own, whatever the distribution. */
const COMMON_PATHS =
  /^\/(etc\/(systemd\/system|cloudwright|hostname|passwd|security\/limits\.d)|usr\/local\/sbin|usr\/share\/dbus-1|run\/cloudwright)(?![\w-])/;

/** The code without its comments: they may use the names that a reader knows. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*\*?[\s\S]*?\*\//g, '')
    .replace(/\s\/\/ .*$/gm, '')
    .replace(/^\s*#.*$/gm, '');
}

function pathsIn(code: string): readonly string[] {
  const found = code.match(/(?<![\w.$}>*])\/(?:bin|etc|lib|opt|run|sbin|usr|var)\/[\w.-][\w./-]*/g) ?? [];
  return found.filter((path) => path !== '/bin/sh' && !COMMON_PATHS.test(path));
}

describe('what only the platform may name', () => {
  it('is found where there is some', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(names.length).toBeGreaterThan(80);
    expect(names).toEqual(expect.arrayContaining(['trixie', 'apache2', '/etc/nova', 'www-data']));
    expect("unit: 'nova-conductor'").toMatch(asName('nova-conductor'));
    expect('systemctl restart apache2;').toMatch(asName('apache2'));
    expect(pathsIn("'-/usr/sbin/ip addr' /etc/default/x /run/cloudwright/x")).toEqual([
      '/usr/sbin/ip',
      '/etc/default/x',
    ]);
  });

  it.each(sources)('%s has no package, unit, user or distribution of Debian in it', (_path, text) => {
    const code = codeOf(text);
    expect(names.filter((name) => !EVERYWHERE.has(name) && asName(name).test(code))).toEqual([]);
  });

  it.each(sources)('%s has no path of a distribution in it', (_path, text) => {
    expect(pathsIn(codeOf(text))).toEqual([]);
  });
});
