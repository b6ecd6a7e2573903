import { describe, expect, it } from 'vitest';
import { orderResources } from '../../src/engine/graph.ts';
import { API, CLUSTER } from '../../src/engine/resource.ts';
import { allInOne, appliedSteps, type CloudContext, threeControls } from './clouds.ts';

/** The context without the facts of some hosts: they did not answer. */
function without({ cloud, facts }: CloudContext, ...lost: readonly string[]): CloudContext {
  return { cloud, facts: new Map([...facts].filter(([name]) => !lost.includes(name))) };
}

const whole = threeControls('\nvolume: { backup: true }\n');
const controls = ['control1', 'control2', 'control3'];

function described(context: CloudContext) {
  const steps = appliedSteps(context);
  const resources = new Map(steps.map((step) => [step.name, step.resources(context)]));
  const checks = steps.flatMap((step) => step.checks(context));
  return { steps, resources, checks };
}

// E4, E6: one host that was down ended every run with an internal error.
describe.each([...controls, 'compute1', 'storage2'])('without %s', (lost) => {
  const context = without(whole, lost);

  it('every step describes the rest, and nothing of the host', () => {
    const { resources, checks, steps } = described(context);
    for (const step of steps) {
      for (const host of context.facts.keys()) expect(() => step.packages?.(context, host)).not.toThrow();
      expect(() => step.requirements?.(context)).not.toThrow();
    }
    for (const { id, host, members } of [...resources.values()].flat()) {
      if (host === API || host === CLUSTER) continue;
      expect(context.facts.has(host), id).toBe(true);
      expect(members).toBeUndefined();
    }
    for (const { host } of checks) expect(host === API || context.facts.has(host), host).toBe(true);
    for (const step of steps) expect(resources.get(step.name)?.length, step.name).toBeGreaterThan(0);
  });

  it('what waited for something there waits for the same elsewhere, or says what is missing', () => {
    const { resources, steps } = described(context);
    const graph = orderResources(steps, resources, new Set([lost]));
    for (const [id, missing] of graph.unmet) expect(missing.startsWith(`${lost}/`), id).toBe(true);
  });

  it('what is done once for the cloud is still done', () => {
    const names = (given: CloudContext) =>
      [...described(given).resources.values()]
        .flat()
        .filter(({ cloudWide }) => cloudWide)
        .map(({ id }) => id.slice(id.indexOf('/') + 1))
        .sort();
    expect(names(context)).toEqual(names(whole));
  });

  it('clusters are still decided over all members', () => {
    const clusters = [...described(context).resources.values()].flat().filter(({ host }) => host === CLUSTER);
    expect(clusters.map(({ id }) => id)).toEqual([
      'cluster/ceph-monitors:monitors',
      'cluster/galera:database',
      'cluster/rabbitmq:messaging',
      'cluster/ovn-database:nb',
      'cluster/ovn-database:sb',
    ]);
    for (const { members } of clusters) expect(members).toHaveLength(3);
  });
});

describe('a control host that is listed first', () => {
  it('is no other host: what is done once is done by any that was reached', () => {
    const { resources } = described(without(whole, 'control1'));
    const schema = resources.get('image')?.find(({ id }) => id.endsWith('/command:schema-glance'));
    expect(schema?.host).toBe('control2');
  });
});

describe('without any control host', () => {
  const { resources, checks } = described(without(whole, ...controls));

  it('the services describe nothing and check nothing', () => {
    for (const name of [
      'identity',
      'image',
      'compute',
      'network',
      'volume',
      'orchestration',
      'key-manager',
      'dashboard',
    ])
      expect(resources.get(name), name).toEqual([]);
    for (const name of ['ha', 'database', 'messaging', 'cache'])
      expect(resources.get(name), name).toEqual([]);
    expect(checks.map(({ host }) => host)).not.toContain('control1');
  });

  it('hosts that were reached are still prepared', () => {
    const prepared = resources.get('preflight')?.map(({ host }) => host);
    expect(new Set(prepared)).toEqual(new Set(['compute1', 'compute2', 'storage1', 'storage2', 'storage3']));
  });
});

it('without the only host, nothing is described', () => {
  const { resources, checks } = described(without(allInOne(), 'one'));
  expect([...resources.values()].flat()).toEqual([]);
  expect(checks).toEqual([]);
});
