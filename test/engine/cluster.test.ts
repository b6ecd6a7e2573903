import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterKind, clusterResource, type Decision, type Member } from '../../src/engine/resource.ts';
import { apply, planOnly } from '../../src/engine/run.ts';
import { problem } from '../../src/errors/problem.ts';
import { type Toybox, toybox, toyStep } from './toys.ts';

interface ToyState {
  /** Empty: the member has never been in a cluster. */
  readonly uuid: string;
  readonly ready: boolean;
}

interface ToyCluster {
  readonly folder: string;
  readonly limitSeconds?: number;
  /** Does nothing although it reports success. */
  readonly idle?: boolean;
  readonly loses?: string;
}

/** Members are files with a uuid; a second line says that the member is ready. */
const toyCluster: ClusterKind<ToyCluster, ToyState> = {
  via: 'cluster',
  name: 'toys',
  read: ({ folder }, member) => `cat ${folder}/${member} 2>/dev/null || :`,
  parse: (output) => ({ uuid: output.split('\n')[0] ?? '', ready: output.includes('ready') }),
  decide(desired, members): Decision {
    const states = [...members].flatMap(([host, member]) =>
      member.reachable ? [{ host, ...member.state }] : [],
    );
    const formed = states.filter(({ uuid }) => uuid !== '');
    const uuids = [...new Set(formed.map(({ uuid }) => uuid))];
    if (uuids.length > 1) {
      return {
        do: 'refuse',
        problem: problem('RESOURCE_FAILED', {
          details: { resource: 'toys', summary: 'two clusters', status: uuids.join(' and ') },
        }),
      };
    }
    const [uuid] = uuids;
    const fresh = states.find((state) => state.uuid === '');
    if (uuid === undefined && states.length < members.size) {
      return { do: 'wait', waitFor: 'all members to answer', limitSeconds: desired.limitSeconds ?? 5 };
    }
    if (fresh) {
      const summary = uuid === undefined ? `form a cluster on ${fresh.host}` : `join ${fresh.host}`;
      const line = `${uuid ?? 'new'}`;
      const script = desired.idle
        ? 'true'
        : `echo ${line} >${desired.folder}/${fresh.host}; ( sleep 0.2; echo ready >>${desired.folder}/${fresh.host} ) >/dev/null 2>&1 &`;
      const loses = desired.loses === undefined ? {} : { loses: desired.loses };
      return { do: 'act', host: fresh.host, change: { summary, script, limitSeconds: 5, ...loses } };
    }
    const late = formed.find(({ ready }) => !ready);
    if (late)
      return { do: 'wait', waitFor: `${late.host} to be ready`, limitSeconds: desired.limitSeconds ?? 5 };
    return { do: 'nothing' };
  },
};

let box: Toybox;
afterEach(() => box.remove());

const HOSTS = ['one', 'two', 'three'];
function prepared(dead: readonly string[] = [], desired: Partial<ToyCluster> = {}) {
  box = toybox(HOSTS, dead);
  const cluster = clusterResource(toyCluster, HOSTS, 'toys', { folder: box.folder, ...desired });
  return [toyStep('cluster', [cluster])];
}
const member = (host: string): string => readFileSync(`${box.folder}/${host}`, 'utf8');
const done = () =>
  box.events.flatMap((event) => (event.type === 'change-done' ? [`${event.host}: ${event.summary}`] : []));

describe('a cluster', () => {
  it('is formed once and joined by the others, after all were read', async () => {
    const steps = prepared();
    const plan = await planOnly(box.input(steps));
    expect(plan.changes).toMatchObject([
      { host: 'one', resource: 'cluster/toys:toys', summary: 'form a cluster on one' },
    ]);
    expect(await apply(box.input(steps))).toMatchObject({ outcome: 'done', changed: 3 });
    expect(done()).toEqual(['one: form a cluster on one', 'two: join two', 'three: join three']);
    for (const host of HOSTS) expect(member(host)).toBe('new\nready\n');
    expect(box.events).toContainEqual(
      expect.objectContaining({
        type: 'change-waiting',
        resource: 'cluster/toys:toys',
        sentence: expect.stringContaining('to be ready'),
      }),
    );
    expect((await planOnly(box.input(steps))).changes).toEqual([]);
    expect(await apply(box.input(steps))).toMatchObject({ outcome: 'done', changed: 0 });
  });

  it('is joined by a new first host, which never forms a second one', async () => {
    const steps = prepared();
    for (const host of ['two', 'three']) writeFileSync(`${box.folder}/${host}`, 'old\nready\n');
    await apply(box.input(steps));
    expect(done()).toEqual(['one: join one']);
    expect(member('one')).toContain('old');
  });

  it('is refused where two live', async () => {
    const steps = prepared();
    writeFileSync(`${box.folder}/one`, 'a\nready\n');
    writeFileSync(`${box.folder}/two`, 'b\nready\n');
    const plan = await planOnly(box.input(steps));
    expect(plan.changes).toMatchObject([{ summary: expect.stringContaining('refused') }]);
    expect(await apply(box.input(steps))).toMatchObject({ outcome: 'failed', changed: 0 });
    expect(box.problems).toMatchObject([{ place: { step: 'cluster', resource: 'cluster/toys:toys' } }]);
  });

  it('knows of a member that does not answer, and goes on without it', async () => {
    const steps = prepared(['three']);
    writeFileSync(`${box.folder}/one`, 'old\nready\n');
    const result = await apply(box.input(steps));
    expect(done()).toEqual(['two: join two']);
    expect(result).toMatchObject({ outcome: 'failed', changed: 1 });
    expect(box.problems).toMatchObject([{ code: 'HOST_LOST' }]);
  });

  it('ends with what it waited for when that does not come', async () => {
    const steps = prepared(['three'], { limitSeconds: 0.3 });
    await apply(box.input(steps));
    expect(box.problems.map(({ code }) => code)).toEqual(['HOST_LOST', 'CLUSTER_WAIT_TIMED_OUT']);
    expect(box.problems[1]?.what).toContain('all members to answer');
  });

  it('does not repeat an action that had no effect', async () => {
    const steps = prepared([], { idle: true });
    await apply(box.input(steps));
    expect(box.problems).toMatchObject([{ code: 'RESOURCE_NOT_CONVERGED', place: { host: 'one' } }]);
  });

  it('loses data only when that was asked for by its id', async () => {
    const steps = prepared([], { loses: 'the data of one member' });
    expect((await planOnly(box.input(steps))).changes).toMatchObject([
      { refused: true, loses: 'the data of one member' },
    ]);
    await apply(box.input(steps));
    expect(box.problems).toMatchObject([{ code: 'DATA_LOSS_REFUSED' }]);
    const result = await apply(box.input(steps, { remove: ['cluster/toys:toys'] }));
    expect(result).toMatchObject({ outcome: 'done', changed: 3 });
  });

  it.each([
    ['two', 3],
    ['other', 0],
  ])('with --host %s changes %i members', async (host, changed) => {
    box = toybox([...HOSTS, 'other']);
    const cluster = clusterResource(toyCluster, HOSTS, 'toys', { folder: box.folder });
    const result = await apply(box.input([toyStep('s', [cluster])], { selection: { hosts: [host] } }));
    expect(result).toMatchObject({ outcome: 'done', changed });
  });

  it('gives decide every member of the description', async () => {
    const seen: ReadonlyMap<string, Member<ToyState>>[] = [];
    box = toybox(HOSTS, ['two']);
    const kind: ClusterKind<ToyCluster, ToyState> = {
      ...toyCluster,
      decide: (_desired, members) => {
        seen.push(members);
        return { do: 'nothing' };
      },
    };
    await planOnly(box.input([toyStep('s', [clusterResource(kind, HOSTS, 'toys', { folder: box.folder })])]));
    expect([...(seen[0] ?? [])].map(([host, { reachable }]) => [host, reachable])).toEqual([
      ['one', true],
      ['two', false],
      ['three', true],
    ]);
  });
});
