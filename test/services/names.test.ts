import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import { asName, namesOf } from '../runtimes/arcadia.ts';

const folder = new URL('../../src/services/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(ts|sh)$/.test(name),
);
const names = [...namesOf(debian13)];

/** What OpenStack itself calls its processes, as in the APIs' answers, and a tool of that name everywhere. */
const EVERYWHERE = new Set(['cinder-scheduler', 'cinder-volume', 'cinder-backup', 'heat-engine', 'curl']);

/** The code without its comments: what a reader is told may use the names that he knows. */
function code(source: string): string {
  const text = readFileSync(new URL(source, folder), 'utf8');
  return text.replace(/\/\*\*?[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

describe('the definitions of services', () => {
  it('are looked at whole', () => {
    expect(sources.length).toBeGreaterThan(15);
    expect(names.length).toBeGreaterThan(80);
    expect(names).toEqual(expect.arrayContaining(['trixie', 'nova-consoleproxy', 'apache2', '/etc/nova']));
    // The pattern finds a name where there is one.
    expect("unit: 'nova-conductor'").toMatch(asName('nova-conductor'));
    expect('systemctl restart apache2;').toMatch(asName('apache2'));
  });

  it.each(sources)('%s has no package, unit, path or distribution of Debian in it', (source) => {
    const text = code(source);
    const found = names.filter((name) => !EVERYWHERE.has(name) && asName(name).test(text));
    expect(found).toEqual([]);
  });
});
