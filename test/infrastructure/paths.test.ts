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
  it('to a deployed host may be silent until its firewall has been changed', () => {
    const deployed = new Map(
      [...facts].map(([name, own]) => [name, name === 'storage3' ? own : { ...own, managed: true }]),
    );
    const checkOf = (step: 'preflight' | 'firewall', name = 'storage3', of = cloud) => {
      const from = of.hosts.find((other) => other.name === name);
      const [found] = from ? pathCheck(of, from, deployed, step) : [];
      return found;
    };
    const verdict = (step: 'preflight' | 'firewall', stdout: string) =>
      checkOf(step)?.judge({ exitCode: 0, stdout, stderr: '' }).ok;
    const silent = 'silent management control1 192.0.2.11\ndone\n';
    expect(verdict('preflight', silent)).toBe(true);
    expect(verdict('firewall', silent)).toBe(false);
    // A host that answers small packets is not kept from answering by its firewall.
    expect(verdict('preflight', 'small management control1 1500\ndone\n')).toBe(false);
    // Nothing stands before a host that no run has changed.
    const toNew = checkOf('preflight', 'control1')?.judge({
      exitCode: 0,
      stdout: 'silent management storage3 192.0.2.33\ndone\n',
      stderr: '',
    });
    expect(toNew?.ok).toBe(false);
    const targets = [...(checkOf('firewall', 'control1')?.script.matchAll(/^probe \S+ (\S+)/gm) ?? [])];
    expect(new Set(targets.map(([, to]) => to)).size).toBe(6);
    const off = { ...cloud, firewall: { ...cloud.firewall, enabled: false } };
    expect(checkOf('firewall', 'storage3', off)).toBeUndefined();
    expect(checkOf('preflight', 'storage3', off)?.judge({ exitCode: 0, stdout: silent, stderr: '' }).ok).toBe(
      false,
    );
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
