import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellProgram } from '../../../src/resources/index.ts';
import pages from '../../../src/runtimes/systemd/site-pages.sh';
import { rehearsal, scratch } from '../../resources/sh.ts';
import { allInOne, allResources, content } from '../../steps/clouds.ts';

const root = scratch();

/** A host with Horizon's files; `compress` writes the list of compressed pages, as Django's command does. */
function host() {
  const place = mkdtempSync(join(root, 'host-'));
  const at = (...parts: readonly string[]) => join(place, ...parts);
  for (const folder of ['settings', 'static/dashboard', 'application/templates'])
    mkdirSync(at(folder), { recursive: true });
  const write = (path: string, text: string) => writeFileSync(at(path), text);
  write('settings/_90_cloudwright.py', 'SECRET_KEY = 1\n');
  write('application/templates/base.html', '<html>\n');
  const manifest = at('static/dashboard/manifest.json');
  const tools = {
    chown: `[ "$*" = '-hR www-data ${at('static')}' ] || unexpected "$@"`,
    setpriv: `[ "$1 $2 $3 $4" = '--reuid=www-data --regid=www-data --init-groups --' ] || unexpected "$@"
shift 4
exec "$@"`,
    python3: `[ "$*" = 'manage.py compress --force' ] || unexpected "$@"
[ "$PWD" = '${at('application')}' ] || unexpected "in $PWD"
[ ! -e '${at('broken')}' ] || { echo 'OfflineGenerationError' >&2; exit 1; }
echo '{"page": "list"}' >'${manifest}'`,
  };
  const program = (act: string) =>
    shellProgram(pages, {
      act,
      application: at('application'),
      settings: at('settings'),
      static_files: at('static'),
      user: 'www-data',
    });
  const fake = rehearsal(place, tools);
  return {
    write,
    remove: (path: string) => rmSync(at(path)),
    inPlace: () => fake.run(program('compare')).code === 0,
    compress: () => fake.run(program('compress')),
    calls: () => fake.calls(),
  };
}

// Files that were compressed before the settings were written made the dashboard answer 500 for good.
describe('the compressed pages of the dashboard', () => {
  it('are made once, as the web server’s user', () => {
    const fake = host();
    expect(fake.inPlace()).toBe(false);
    expect(fake.compress()).toMatchObject({ code: 0, stderr: '' });
    expect(fake.inPlace()).toBe(true);
    expect(fake.calls().filter((call) => call.startsWith('python3'))).toHaveLength(1);
  });

  it.each([
    ['the settings change', 'settings/_90_cloudwright.py', 'SECRET_KEY = 2\n'],
    ['settings are added', 'settings/_95_more.py', 'DEBUG = True\n'],
    ['a page of the installed code changes', 'application/templates/base.html', '<html lang>\n'],
    ['the list of pages is another one', 'static/dashboard/manifest.json', '{"page": "older list"}\n'],
    ['the list of pages is empty', 'static/dashboard/manifest.json', '{}'],
  ])('are made again when %s', (_name, path, text) => {
    const fake = host();
    fake.compress();
    fake.write(path, text);
    expect(fake.inPlace()).toBe(false);
    expect(fake.compress().code).toBe(0);
    expect(fake.inPlace()).toBe(true);
  });

  it('are made again when the list of pages is gone', () => {
    const fake = host();
    fake.compress();
    fake.remove('static/dashboard/manifest.json');
    expect(fake.inPlace()).toBe(false);
  });

  it('are not taken for made when that fails', () => {
    const fake = host();
    fake.write('broken', '');
    expect(fake.compress()).toMatchObject({ code: 1, stderr: 'OfflineGenerationError\n' });
    expect(fake.inPlace()).toBe(false);
  });
});

describe('the site', () => {
  const resources = allResources(allInOne());
  const find = (id: string) => {
    const found = resources.find((resource) => resource.id === id);
    if (!found) throw new Error(`no resource ${id}`);
    return found;
  };

  it('is compressed after its settings are written, and the web server restarts after that', () => {
    const settings = 'one/file:/etc/openstack-dashboard/local_settings.d/_90_cloudwright.py';
    const compressed = find('one/command:dashboard-pages');
    expect(compressed.after).toContain(settings);
    expect(find('one/service:apache2').watches).toEqual(expect.arrayContaining([settings, compressed.id]));
  });

  it('is installed with the plug-ins of the deployed services', () => {
    const packages = resources
      .filter(({ kind }) => kind.name === 'packages')
      .flatMap(({ desired }) => JSON.stringify(desired));
    expect(packages.some((text) => text.includes('python3-heat-dashboard'))).toBe(true);
  });

  it('listens on loopback; the sites of the packages are off', () => {
    expect(content(allInOne(), 'one', '/etc/apache2/ports.conf')).toContain('Listen 127.0.0.1:8081\n');
    expect(resources.map(({ id }) => id)).toContain('one/absent:/etc/apache2/sites-enabled/000-default.conf');
  });
});
