import { describe, expect, it } from 'vitest';
import { fileKind } from '../../src/resources/file.ts';
import { MANAGED, renderIni } from '../../src/resources/ini.ts';
import { merge, override } from '../../src/runtimes/configuration.ts';
import {
  allInOne,
  allResources,
  type CloudContext,
  content,
  iniSection,
  threeControls,
} from '../steps/clouds.ts';

const NOVA = '/etc/nova/nova.conf';

const OVERRIDES = `
config:
  compute:
    nova.conf:
      DEFAULT: { debug: true, cpu_allocation_ratio: 2 }
      filter_scheduler: { enabled_filters: [ComputeFilter, ImagePropertiesFilter] }
  roles:
    compute:
      compute:
        nova.conf:
          DEFAULT: { cpu_allocation_ratio: 8 }
  hosts:
    compute2:
      compute:
        nova.conf:
          DEFAULT: { cpu_allocation_ratio: 16, vif_plugging_timeout: null }
`;

const context = threeControls(OVERRIDES);
const section = (host: string, name = 'DEFAULT', path = NOVA) =>
  iniSection(content(context, host, path), name);
/** Line of the description, counted from 1, in which a text stands. */
const lineOf = (source: string, words: string, whole: string) =>
  whole.slice(0, whole.indexOf(words, whole.indexOf(source))).split('\n').length;

/** The difference that a plan shows for a file that is not there yet. */
function difference(whole: CloudContext, id: string): string {
  const found = allResources(whole).find((resource) => resource.id === id);
  if (!found) throw new Error(`no resource ${id}`);
  const desired = found.desired as Parameters<typeof fileKind.compare>[0];
  return fileKind.compare(desired, {}, { touched: false })?.difference ?? '';
}

describe('overrides of a description', () => {
  it('are merged into the sections of the service’s own file', () => {
    expect(section('control1')).toEqual(expect.arrayContaining(['debug = true', 'my_ip = 192.0.2.11']));
    expect(section('control1', 'filter_scheduler')).toEqual([
      'enabled_filters = ComputeFilter',
      'enabled_filters = ImagePropertiesFilter',
    ]);
    expect(section('control1', 'database')[0]).toMatch(/^connection = mysql/);
    expect(section('control1').filter((line) => line.startsWith('debug'))).toHaveLength(1);
  });

  it('win the narrower they are: all hosts, hosts with a role, one host', () => {
    const ratio = (host: string) => section(host).filter((line) => line.startsWith('cpu_allocation_ratio'));
    expect(ratio('control1')).toEqual(['cpu_allocation_ratio = 2']);
    expect(ratio('compute1')).toEqual(['cpu_allocation_ratio = 8']);
    expect(ratio('compute2')).toEqual(['cpu_allocation_ratio = 16']);
  });

  it('remove an option with null', () => {
    expect(section('compute1')).toContain('vif_plugging_timeout = 120');
    expect(section('compute2').join()).not.toContain('vif_plugging_timeout');
  });

  it('reach no file of another service', () => {
    for (const path of ['/etc/cinder/cinder.conf', '/etc/keystone/keystone.conf'])
      expect(section('control1', 'DEFAULT', path).join()).not.toContain('debug');
  });

  it('show in a plan where a value comes from, and write it nowhere', () => {
    const shown = difference(context, `compute2/file:${NOVA}`);
    const described = /cpu_allocation_ratio = 16.*cloud\.yaml:(\d+)/.exec(shown)?.[1];
    expect(Number(described)).toBeGreaterThan(1);
    expect(shown).toMatch(/debug = true.*cloud\.yaml:\d+/);
    // An option of ours has no origin.
    expect(shown).toMatch(/^\+my_ip = 192\.0\.2\.22$/m);
    expect(content(context, 'compute2', NOVA)).not.toContain('cloud.yaml');
  });

  it('name the line of the description', () => {
    const description = `
compute: { cpu_ratio: 3 }
config:
  image:
    glance-api.conf:
      DEFAULT:
        debug: true
        image_size_cap: 1024
`;
    const shown = difference(allInOne(description), 'one/file:/etc/glance/glance-api.conf');
    const line = (option: string) => Number(new RegExp(`${option} = .*cloud\\.yaml:(\\d+)`).exec(shown)?.[1]);
    expect(line('image_size_cap') - line('debug')).toBe(1);
    expect(line('debug')).toBeGreaterThan(lineOf('config:', 'debug', description));
  });

  it('keep a secret that they did not touch a secret', () => {
    expect(difference(context, `control1/file:${NOVA}`)).not.toMatch(/hidden-/);
  });
});

describe('sections', () => {
  it('of two services are put together, those of the second win', () => {
    expect(merge({ a: { x: 1, y: 2 } }, { a: { y: 3 }, b: { z: 4 } })).toEqual({
      a: { x: 1, y: 3 },
      b: { z: 4 },
    });
  });

  it('lose the origin of a value that a narrower scope removes', () => {
    const place = { file: '/srv/cloud.yaml', line: 7, column: 3 };
    const base = {
      service: 's',
      file: 'f',
      section: 'a',
      option: 'x',
      scope: { kind: 'all' },
      place,
    } as const;
    const { sections, origins } = override({ a: { x: 1 } }, [
      { ...base, value: 2 },
      { ...base, value: null },
    ]);
    expect(sections).toEqual({ a: {} });
    expect(origins).toEqual({ a: {} });
    expect(override({ a: { x: 1 } }, [{ ...base, value: 2 }])).toEqual({
      sections: { a: { x: 2 } },
      origins: { a: { x: 'cloud.yaml:7' } },
    });
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
    'and options may be called %s as every object’s own parts are',
    (name) => {
      const place = { file: 'cloud.yaml', line: 7, column: 3 };
      const base = { service: 's', file: 'f', scope: { kind: 'all' }, place } as const;
      const { sections, origins } = override({ a: { x: 1 } }, [
        { ...base, section: name, option: 'y', value: 2 },
        { ...base, section: 'a', option: name, value: 3 },
        { ...base, section: 'a', option: 'z', value: 4 },
      ]);
      const shown = renderIni(sections, { origins });
      expect(shown.content).toBe(`# ${MANAGED}\n\n[a]\nx = 1\n${name} = 3\nz = 4\n\n[${name}]\ny = 2\n`);
      expect([...shown.notes]).toEqual([
        [4, 'cloud.yaml:7'],
        [5, 'cloud.yaml:7'],
        [8, 'cloud.yaml:7'],
      ]);
      for (const shared of [{}, Object, Object.prototype.toString]) expect('y' in shared).toBe(false);
    },
  );

  it('have no origin where an option of ours is called as a part of every object', () => {
    const place = { file: 'cloud.yaml', line: 7, column: 3 };
    const base = { service: 's', file: 'f', scope: { kind: 'all' }, place } as const;
    const { sections, origins } = override({ a: { constructor: 1 } }, [
      { ...base, section: 'a', option: 'z', value: 4 },
    ]);
    expect([...renderIni(sections, { origins }).notes.keys()]).toEqual([4]);
  });

  it('are not changed in place', () => {
    const own = { a: { x: 1 } };
    const place = { file: 'cloud.yaml', line: 1, column: 1 };
    override(own, [
      { service: 's', file: 'f', section: 'a', option: 'x', value: 2, scope: { kind: 'all' }, place },
    ]);
    expect(own).toEqual({ a: { x: 1 } });
  });
});
