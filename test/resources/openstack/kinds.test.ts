import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/engine/resource.ts';
import { CloudwrightError } from '../../../src/errors/problem.ts';
import { type FakeCloud, withFakeCloud } from '../../api/fake-cloud.ts';
import { addIdentity } from '../../api/fake-identity.ts';
import { addNeutron } from './fake-neutron.ts';
import { addCompute, addImages, addQuotas, addVolume } from './fake-services.ts';
import { absenceOf, apply, cases, kindOf, planned } from './scenario.ts';

function everything(cloud: FakeCloud) {
  const identity = addIdentity(cloud);
  const neutron = addNeutron(cloud);
  const compute = addCompute(cloud);
  return {
    identity,
    neutron,
    compute,
    volume: addVolume(cloud),
    quotas: addQuotas(cloud),
    ...addImages(cloud),
  };
}

/** The same scenario runs on a real cloud in test/e2e. */
describe('the life of every kind', () => {
  it('is created, in place, changed, in place, removed from its record, gone', () =>
    withFakeCloud(async (cloud) => {
      const state = everything(cloud);
      const before = JSON.stringify(state);
      const client = cloud.client();
      const made: Resource[] = [];
      for (const { first, changed } of cases('control1')) {
        made.push(first);
        expect(await apply(client, first), first.id).toMatch(/^(create|update) /);
        if (!changed) continue;
        const [resource, verb, difference] = changed;
        expect(await planned(client, resource), resource.id).toMatchObject({
          difference: expect.stringContaining(difference),
        });
        expect(await apply(client, resource)).toMatch(new RegExp(`^${verb} `));
      }
      for (const resource of made.reverse())
        expect(await apply(client, absenceOf(resource)), resource.id).toMatch(/^(delete |in place)/);
      expect(JSON.stringify(state)).toBe(before);
    }));

  it('is read with the same number of requests for one object as for many', () =>
    withFakeCloud(async (cloud) => {
      everything(cloud);
      const client = cloud.client();
      for (const { first } of cases('control1')) {
        const kind = kindOf(first);
        // Quotas have no list; key pairs are listed user by user.
        if (['project-quota', 'keypair'].includes(kind.name)) continue;
        await kind.read(client, [first.desired]);
        cloud.take();
        await kind.read(client, [first.desired]);
        const one = cloud.take().length;
        const states = await kind.read(client, [first.desired, first.desired, first.desired]);
        expect(states).toHaveLength(3);
        expect(cloud.take(), kind.name).toHaveLength(one);
      }
    }));

  it('never creates anything twice when an answer is lost', () =>
    withFakeCloud(async (cloud) => {
      const state = everything(cloud);
      const resources = cases('control1').map(({ first }) => first);
      for (let turn = 0; turn < 6; turn++) {
        let count = 0;
        cloud.interfere = ({ method, path }) =>
          method !== 'GET' && !path.endsWith('tokens') && count++ % 4 === turn % 4
            ? turn % 2 === 0
              ? 'cut'
              : 'cut after'
            : undefined;
        for (const resource of resources)
          await apply(cloud.client(), resource).catch((error: unknown) => {
            if (!(error instanceof CloudwrightError)) throw error;
          });
      }
      cloud.interfere = undefined;
      for (const resource of resources) await apply(cloud.client(), resource);
      const { networks, subnets, ports, routers } = state.neutron;
      for (const items of [networks, subnets, routers, state.images, state.compute.aggregates]) {
        const names = items.map((item) => item.name);
        expect(new Set(names).size).toBe(names.length);
      }
      expect(ports.filter((port) => port.name === 'cwtest-kinds')).toHaveLength(1);
    }));
});
