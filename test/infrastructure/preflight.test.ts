import { describe, expect, it } from 'vitest';
import { orderResources } from '../../src/engine/graph.ts';
import type { HostFacts } from '../../src/hosts/connection.ts';
import { preflight } from '../../src/infrastructure/preflight.ts';
import { allInOne, allResources, type CloudContext, content, files, threeControls } from '../steps/clouds.ts';

const context = threeControls();
const ID = '/var/lib/cloudwright/cloud-id';

describe('a host of the cloud', () => {
  // E1: nothing on a host said which cloud it belongs to, and another vault's secrets went to a living one.
  it('carries the cloud’s id, whatever it does', () => {
    const ids = files(context).filter(({ path }) => path === ID);
    expect(ids.map(({ host }) => host)).toEqual(context.cloud.hosts.map(({ name }) => name));
    for (const { content: id, mode } of ids) expect([id, mode]).toEqual(['public-cloud_id\n', '0644']);
    expect(content(allInOne(), 'one', ID)).toBe('public-cloud_id\n');
  });

  it('carries it as soon as anything is changed there', () => {
    const steps = [{ ...preflight, needs: [] }];
    const own = orderResources(steps, new Map([['preflight', preflight.resources(context)]])).byStep.get(
      'preflight',
    );
    for (const { name } of context.cloud.hosts)
      expect(own?.find(({ host }) => host === name)?.id).toBe(`${name}/file:${ID}`);
  });

  // O12: with the kernel's own interval and probes a dead peer was noticed after twelve minutes.
  it('notices a dead peer within two minutes', () => {
    const values = new Map(
      allResources(context)
        .filter(({ host, kind }) => host === 'compute1' && kind.name === 'sysctl')
        .map(({ desired }) => desired as { readonly key: string; readonly value: string })
        .map(({ key, value }) => [key, Number(value)]),
    );
    const value = (name: string) => values.get(`net.ipv4.tcp_keepalive_${name}`) ?? Number.NaN;
    expect(value('time') + value('intvl') * value('probes')).toBeLessThanOrEqual(120);
  });
});

// H4: the cloud's own holder answered, and a control host could be neither added nor replaced.
describe('the question whether the floating address is free', () => {
  const asked = (facts: CloudContext['facts']) =>
    preflight
      .checks({ cloud: context.cloud, facts })
      .filter(({ id }) => id.startsWith('vip-free-'))
      .map(({ host }) => host);
  const holding = (holder: string): CloudContext['facts'] =>
    new Map(
      [...context.facts].map(([name, known]): [string, HostFacts] => {
        const addresses = name === holder ? ['192.0.2.13/24', '192.0.2.100/24'] : ['192.0.2.11/24'];
        return [name, { ...known, interfaces: [{ name: 'eth1', up: true, mtu: 1500, addresses }] }];
      }),
    );

  it('is asked where no host of the cloud has it', () => {
    expect(asked(context.facts)).toEqual(['control1', 'control2', 'control3']);
  });

  it('is answered where one has it', () => {
    expect(asked(holding('control3'))).toEqual([]);
  });

  it('has no answer while a control host that may have it is out of reach', () => {
    expect(asked(new Map([...context.facts].filter(([name]) => name !== 'control2')))).toEqual([]);
    // One that cannot have it is none.
    expect(asked(new Map([...context.facts].filter(([name]) => name !== 'storage2')))).toHaveLength(3);
  });
});

// A control host taken out of the description kept its address and its vote, and the others went on without it.
describe('the members of the database', () => {
  const judged = (stdout: string) => {
    const checks = preflight.checks(context).filter(({ id }) => id.startsWith('database-members-'));
    expect(checks.map(({ host }) => host)).toEqual(['control1', 'control2', 'control3']);
    const [check] = checks;
    if (check?.via !== 'shell') throw new Error('no check');
    return check.judge({ exitCode: 0, stdout, stderr: '' } as Parameters<typeof check.judge>[0]).ok;
  };

  it.each([
    ['', true],
    ['1\n', true],
    ['3\n', true],
    ['4\n', false],
  ])('%j', (stdout, ok) => expect(judged(stdout)).toBe(ok));
});
