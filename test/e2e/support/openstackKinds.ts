import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/engine/resource.ts';
import {
  computeServiceRecord,
  networkAgentRecord,
  volumeServiceRecord,
} from '../../../src/resources/openstack/index.ts';
import { absenceOf, apply, cases, kindOf, planned, stateOf } from '../../resources/openstack/scenario.ts';
import type { TunnelledCloud } from './tunnel.ts';

/** Makes, changes and removes an object of every kind on a real cloud. `host`: a compute host of it. */
export function openstackKinds(open: () => TunnelledCloud, host: string): void {
  describe('objects behind the OpenStack APIs', () => {
    let cloud: TunnelledCloud;
    const made: Resource[] = [];

    beforeAll(() => {
      cloud = open();
    });
    afterAll(async () => {
      // What a failed test left.
      try {
        for (const resource of made.reverse()) await apply(cloud.client, absenceOf(resource));
      } finally {
        cloud.close();
      }
    });

    for (const [index, { first, changed }] of cases(host).entries()) {
      it(`${index + 1}: ${first.id} is created, found in place and changed`, async () => {
        made.push(first);
        expect(await apply(cloud.client, first)).toMatch(/^(create|update) /);
        if (!changed) return;
        const [resource, verb, difference] = changed;
        expect(await planned(cloud.client, resource)).toMatchObject({
          difference: expect.stringContaining(difference),
        });
        const before = kindOf(first).outputs?.(first.desired, await stateOf(cloud.client, first)) ?? {};
        expect(await apply(cloud.client, resource)).toMatch(new RegExp(`^${verb} `));
        const after =
          kindOf(resource).outputs?.(resource.desired, await stateOf(cloud.client, resource)) ?? {};
        // A change keeps the object; only an image of another content is another object.
        if (!first.id.startsWith('API/image:')) expect(after.id).toBe(before.id);
      });
    }

    it('removes all of them, from their records alone', async () => {
      while (made.length > 0) {
        const resource = made.at(-1) as Resource;
        const summary = await apply(cloud.client, absenceOf(resource));
        expect(summary, resource.id).toMatch(/^(delete |in place)/);
        made.pop();
      }
    });

    it('leaves the records of running services alone, and finds those of a host that never was', async () => {
      const records = [
        computeServiceRecord({ host, binary: 'nova-compute' }),
        networkAgentRecord({ host, binary: 'ovn-controller' }),
        volumeServiceRecord({ host: 'x@ceph', binary: 'cinder-volume' }),
      ];
      for (const record of records) expect(await planned(cloud.client, record)).toBeUndefined();
      expect(await planned(cloud.client, absenceOf(records[0] as Resource))).toMatchObject({
        summary: `delete compute service nova-compute of host ${host}`,
      });
      expect(await planned(cloud.client, absenceOf(records[1] as Resource))).toMatchObject({
        summary: `delete network agent ovn-controller of host ${host}`,
      });
      const elsewhere = computeServiceRecord({ host: 'cwtest-gone', binary: 'nova-compute' });
      expect(await planned(cloud.client, absenceOf(elsewhere))).toBeUndefined();
    });
  });
}
