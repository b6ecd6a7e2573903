import { describe, expect, it } from 'vitest';
import { placementCheck } from '../../src/services/checks/compute.ts';
import { tokenCheck } from '../../src/services/identity.ts';
import { imageServiceCheck } from '../../src/services/image.ts';
import { secretStoreCheck } from '../../src/services/key-manager.ts';
import { stackCheck } from '../../src/services/orchestration.ts';
import { type FakeCloud, withFakeCloud } from '../api/fake-cloud.ts';
import { addIdentity } from '../api/fake-identity.ts';
import { addWorkload } from '../api/fake-workload.ts';

it('has a token with the role admin', () =>
  withFakeCloud(async (cloud) => {
    addIdentity(cloud);
    expect(await tokenCheck().probe(cloud.client())).toEqual({
      ok: true,
      sentence: 'a token for the administrator, 1 projects',
    });
    cloud.passwords.clear();
    const refused = await tokenCheck().probe(cloud.client());
    expect(refused.ok).toBe(false);
    expect(refused.sentence).toContain('refused the login of user admin for project admin');
  }));

it('stores an image and removes it, and what an interrupted look left', () =>
  withFakeCloud(async (cloud) => {
    const state = addWorkload(cloud);
    state.images.push({ id: 'old', name: 'cw-check-image' });
    expect((await imageServiceCheck().probe(cloud.client())).ok).toBe(true);
    expect(state.images).toEqual([]);
  }));

it('wants inventories of every compute host', () =>
  withFakeCloud(async (cloud) => {
    const inventories: Record<string, unknown> = { VCPU: { total: 4 }, MEMORY_MB: { total: 8000 } };
    cloud.add(
      [
        'GET',
        /^placement\/resource_providers$/,
        () => ({ json: { resource_providers: [{ uuid: 'u1', name: 'n1' }] } }),
      ],
      ['GET', /^placement\/resource_providers\/u1\/inventories$/, () => ({ json: { inventories } })],
    );
    const found = await placementCheck(['n1', 'n2']).probe(cloud.client());
    expect(found).toEqual({ ok: false, sentence: 'n1 has no DISK_GB; n2 is no resource provider' });
    inventories.DISK_GB = { total: 20 };
    expect((await placementCheck(['n1']).probe(cloud.client())).ok).toBe(true);
  }));

function addHeat(cloud: FakeCloud, final: string): string[] {
  const stacks: { stack_name: string; id: string; stack_status: string; looks: number }[] = [];
  const changes: string[] = [];
  cloud.add(
    ['GET', /^orchestration\/v1\/p-admin\/stacks$/, () => ({ json: { stacks } })],
    [
      'POST',
      /^orchestration\/v1\/p-admin\/stacks$/,
      ({ json }) => {
        stacks.push({ stack_name: json.stack_name, id: 's1', stack_status: 'CREATE_IN_PROGRESS', looks: 0 });
        return { status: 201, json: { stack: { id: 's1' } } };
      },
    ],
    [
      'GET',
      /^orchestration\/v1\/p-admin\/stacks\/[^/]+\/s1$/,
      () => {
        const [stack] = stacks;
        if (!stack) return { status: 404, json: { error: { message: 'could not be found' } } };
        if (++stack.looks > 1) {
          if (stack.stack_status === 'DELETE_IN_PROGRESS') stacks.length = 0;
          else stack.stack_status = final;
        }
        return {
          json: {
            stack: {
              ...stack,
              stack_status_reason: 'said',
              outputs: [{ output_key: 'word', output_value: '12345678' }],
            },
          },
        };
      },
    ],
    [
      'DELETE',
      /^orchestration\/v1\/p-admin\/stacks\/[^/]+\/s1$/,
      () => {
        const [stack] = stacks;
        if (stack) Object.assign(stack, { stack_status: 'DELETE_IN_PROGRESS', looks: 0 });
        changes.push('DELETE');
        return { status: 204 };
      },
    ],
  );
  return changes;
}

describe('Heat', () => {
  it('deploys a stack, reads its output and deletes it', () =>
    withFakeCloud(async (cloud) => {
      const changes = addHeat(cloud, 'CREATE_COMPLETE');
      expect(await stackCheck().probe(cloud.client())).toEqual({
        ok: true,
        sentence: 'a stack was created, gave its output and was deleted',
      });
      expect(changes).toEqual(['DELETE']);
    }));

  it('shows why a stack failed, and deletes it all the same', () =>
    withFakeCloud(async (cloud) => {
      const changes = addHeat(cloud, 'CREATE_FAILED');
      const found = await stackCheck().probe(cloud.client());
      expect(found).toEqual({ ok: false, sentence: 'the stack is CREATE_FAILED: said' });
      expect(changes).toEqual(['DELETE']);
    }));
});

it('reads a secret back', () =>
  withFakeCloud(async (cloud) => {
    let payload = '';
    let spoil = '';
    const removed: (string | undefined)[] = [];
    cloud.add(
      ['GET', /^key-manager\/v1\/secrets$/, () => ({ json: { secrets: [] } })],
      [
        'POST',
        /^key-manager\/v1\/secrets$/,
        ({ json }) => {
          payload = json.payload;
          return { status: 201, json: { secret_ref: 'http://inside:9311/v1/secrets/x1' } };
        },
      ],
      [
        'GET',
        /^key-manager\/v1\/secrets\/x1\/payload$/,
        ({ headers }) => {
          expect(headers.accept).toBe('text/plain');
          return { text: payload + spoil };
        },
      ],
      [
        'DELETE',
        /^key-manager\/v1\/secrets\/([^/]+)$/,
        ({ match }) => {
          removed.push(match[0]);
          return { status: 204 };
        },
      ],
    );
    expect((await secretStoreCheck().probe(cloud.client())).ok).toBe(true);
    spoil = '!';
    expect((await secretStoreCheck().probe(cloud.client())).sentence).toBe('the secret came back different');
    expect(removed).toEqual(['x1', 'x1']);
  }));
