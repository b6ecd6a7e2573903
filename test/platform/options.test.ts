import { describe, expect, it } from 'vitest';
import { tablesOfRelease } from '../../src/app/options.ts';
import type { KnownOptions } from '../../src/cloud/services.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { services } from '../../src/services/index.ts';
import { allInOne, files, threeControls } from '../steps/clouds.ts';

const { options, files: ofServices } = await tablesOfRelease('2025.1');

/** `file [section] option` for each option of an INI file. */
function written(name: string, text: string): readonly string[] {
  let section = 'DEFAULT';
  return text.split('\n').flatMap((line) => {
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
    const option = /^([^#\s=]+) *=/.exec(line)?.[1];
    return option === undefined ? [] : [`${name} [${section}] ${option}`];
  });
}

function isKnown(known: KnownOptions, entry: string): boolean {
  const [, file = '', section = '', option = ''] = /^(\S+) \[(.+)\] (\S+)$/.exec(entry) ?? [];
  const backend = section === 'ceph' || section === 'images';
  return (
    known
      .get(file)
      ?.get(backend ? '<backend>' : section)
      ?.has(option) === true
  );
}

describe('the options of Debian 13 with OpenStack 2025.1', () => {
  it('cover every file that config: may change', () => {
    const changeable = [...ofServices.values()].flat();
    expect(changeable).toContain('nova.conf');
    expect(changeable.filter((file) => !options.has(file))).toEqual([]);
  });

  it('have every option that the definitions write', () => {
    const names = new Set(
      services.flatMap((service) => (service.configuration ?? []).map(({ name }) => name)),
    );
    const clouds = [allInOne(), allInOne('\nvolume: { backup: true }\n'), threeControls()];
    const entries = clouds.flatMap((cloud) =>
      files(cloud).flatMap(({ path, content }) => {
        const name = [...names].find((file) => path.endsWith(`/${file}`));
        return name === undefined ? [] : written(name.split('/').at(-1) ?? name, reveal(content));
      }),
    );
    expect(new Set(entries).size).toBeGreaterThan(300);
    expect([...new Set(entries)].filter((entry) => !isKnown(options, entry)).sort()).toEqual([]);
  });

  it('have deprecated names, and logins where the samples leave their options out', () => {
    expect(options.get('nova.conf')?.get('DEFAULT')?.has('logdir')).toBe(true);
    expect(options.get('nova.conf')?.get('keystone_authtoken')?.has('username')).toBe(true);
    expect(options.get('nova.conf')?.get('DEFAULT')?.has('username')).toBe(false);
  });
});
