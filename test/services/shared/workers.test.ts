import { describe, expect, it } from 'vitest';
import { workers } from '../../../src/services/shared/workers.ts';
import { allInOne, type CloudContext, content, iniSection, threeControls } from '../../steps/clouds.ts';

function size(cpus: number, memoryMiB: number) {
  const [facts] = allInOne('', { cpus, memoryMiB }).facts.values();
  if (!facts) throw new Error('a cloud has a host');
  return facts;
}

describe('workers', () => {
  it.each([
    [1, 4096, 1],
    [2, 8192, 1],
    [4, 8192, 2],
    [8, 32_768, 4],
    [8, 8192, 2],
    [64, 262_144, 4],
    [64, 2048, 1],
  ])('on %i CPUs with %i MiB: %i', (cpus, memory, expected) => {
    expect(workers(size(cpus, memory))).toBe(expected);
  });

  it('reach the services’ configuration', () => {
    const wide = iniSection(content(threeControls(), 'control1', '/etc/heat/heat.conf'), 'DEFAULT');
    expect(wide).toContain('num_engine_workers = 4');
    const narrow = iniSection(content(allInOne(), 'one', '/etc/heat/heat.conf'), 'DEFAULT');
    expect(narrow).toContain('num_engine_workers = 1');
  });

  it.each(['keystone', 'nova-api', 'placement-api', 'cinder-api', 'heat-api', 'barbican-api'])(
    'are at least two for %s, each with one thread: policies are loaded unguarded',
    (unit) => {
      const uwsgi = (cloud: CloudContext, host: string) =>
        iniSection(content(cloud, host, `/etc/cloudwright/uwsgi/${unit}.ini`), 'uwsgi');
      expect(uwsgi(allInOne(), 'one')).toEqual(expect.arrayContaining(['processes = 2', 'threads = 1']));
      expect(uwsgi(threeControls(), 'control1')).toEqual(
        expect.arrayContaining(['processes = 4', 'threads = 1']),
      );
    },
  );
});
