import { describe, expect, it } from 'vitest';
import { pathCheck } from '../../src/infrastructure/paths.ts';
import { allInOne, threeControls } from '../steps/clouds.ts';

const { cloud, facts } = threeControls();
const [host] = cloud.hosts;
if (!host) throw new Error('a cloud has hosts');
const [check] = pathCheck(cloud, host, facts, 'preflight');
const judge = (stdout: string) => check?.judge({ exitCode: 0, stdout, stderr: 'ping: not found' });

describe('the paths between hosts', () => {
  it('are probed to every other host on every network that both have', () => {
    const probes = check?.script.match(/^probe \S+ \S+ .*$/gm) ?? [];
    expect(probes).toHaveLength(23);
    expect(probes).toContain('probe storage storage3 192.168.24.11 192.168.24.33 1500 &');
    expect(probes.join('\n')).not.toContain(' control1 ');
  });

  it('do not exist where there is one host', () => {
    const single = allInOne();
    expect(
      single.cloud.hosts.flatMap((host) => pathCheck(single.cloud, host, single.facts, 'preflight')),
    ).toEqual([]);
  });

  it('are not probed to a host that was not reached', () => {
    const without = new Map([...facts].filter(([name]) => name !== 'storage3'));
    const [partial] = pathCheck(cloud, host, without, 'preflight');
    expect(partial?.script).toContain(' storage2 ');
    expect(partial?.script).not.toContain(' storage3 ');
  });

  // A host that was added to a deployed cloud never passed: the others' firewalls did not know it yet.
  it('lead to a deployed host only when its firewall has been changed', () => {
    const deployed = new Map(
      [...facts].map(([name, own]) => [name, name === 'storage3' ? own : { ...own, managed: true }]),
    );
    const targets = (step: 'preflight' | 'firewall', name: string) => {
      const from = cloud.hosts.find((other) => other.name === name) ?? host;
      const script = pathCheck(cloud, from, deployed, step)[0]?.script ?? '';
      return new Set([...script.matchAll(/^probe \S+ (\S+)/gm)].map(([, to]) => to));
    };
    expect(targets('preflight', 'control1')).toEqual(new Set(['storage3']));
    expect(targets('preflight', 'storage3')).toEqual(new Set());
    expect(targets('firewall', 'storage3').size).toBe(7);
    expect(targets('firewall', 'control1').size).toBe(6);
    const off = { ...cloud, firewall: { ...cloud.firewall, enabled: false } };
    expect(pathCheck(off, host, deployed, 'firewall')).toEqual([]);
    expect(pathCheck(off, host, deployed, 'preflight')[0]?.script).toBe(check?.script);
  });

  it('pass when nothing is said against them, and only then', () => {
    expect(judge('done\n')).toMatchObject({ ok: true, sentence: '23 paths carry packets of full size' });
    expect(judge('')).toMatchObject({ ok: false, evidence: 'ping: not found' });
    expect(judge('silent storage storage1 192.168.24.31\nsmall overlay compute1 1600\ndone\n')).toEqual({
      ok: false,
      sentence:
        'storage1 does not answer ping on storage (192.168.24.31); packets of 1600 bytes do not reach compute1 on ' +
        'overlay: a switch on the way has a smaller MTU, or the description a larger one',
    });
  });
});
