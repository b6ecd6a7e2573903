import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resource, type Turn } from '../../src/engine/resource.ts';
import { apply } from '../../src/engine/run.ts';
import { type Toybox, toybox, toyCheck, toyFile, toyService, toyStep } from './toys.ts';

const HOSTS = ['one', 'two', 'three'];
let box: Toybox;
beforeEach(() => {
  box = toybox(HOSTS);
});
afterEach(() => box.remove());

/** Shell at the end of a file's change. */
const ending = (then: string) => ({ then });

/** A file and a service that watches it on each host; both write to one log when they change. */
function members(
  turn: (host: string) => Turn | undefined,
  script = (_host: string) => '',
): ReturnType<typeof toyStep> {
  const log = `${box.folder}/log`;
  return toyStep(
    'cluster',
    HOSTS.flatMap((host) => {
      const own = turn(host);
      const options = own ? { turn: own } : {};
      const path = `${box.folder}/${host}`;
      const conf = resource(
        toyFile,
        host,
        'conf',
        { path, content: 'x', ...ending(`echo "${host} file" >>${log}; sleep 0.05`) },
        options,
      );
      const unit = resource(
        toyService,
        host,
        'unit',
        { path, script: `echo "${host} start" >>${log}; ${script(host)} : >${path}.stamp` },
        { watches: [conf], ...options },
      );
      return [conf, unit];
    }),
  );
}

const logged = (): readonly string[] => readFileSync(`${box.folder}/log`, 'utf8').trim().split('\n');

describe('resources of a turn group', () => {
  it('change on one host at a time, each host to its end before the next', async () => {
    expect(await apply(box.input([members(() => ({ group: 'g' }))]))).toMatchObject({
      outcome: 'done',
      changed: 6,
    });
    const hosts = logged().map((line) => line.split(' ')[0]);
    expect(hosts).toHaveLength(6);
    for (let at = 0; at < 6; at += 2) expect(hosts[at]).toBe(hosts[at + 1]);
  });

  it('take no turn for a change that interrupts nothing', async () => {
    const starting: typeof toyFile = {
      ...toyFile,
      compare: (desired, state, context) => {
        const change = toyFile.compare(desired, state, context);
        return change && { ...change, interrupts: false };
      },
    };
    // Each waits until all three are at work: in turns none would ever end.
    const together = `: >${box.folder}/$$.at; left=100; until [ $(ls ${box.folder}/*.at | wc -l) -ge 3 ]; do left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep 0.05; done`;
    const step = toyStep(
      'start',
      HOSTS.map((host) =>
        resource(
          starting,
          host,
          'conf',
          { path: `${box.folder}/${host}`, content: 'x', ...ending(together) },
          { turn: { group: 'g' } },
        ),
      ),
    );
    expect(await apply(box.input([step]))).toMatchObject({ outcome: 'done', changed: 3 });
  });

  it('have the gate hold on the host before the next host changes', async () => {
    const gate = (host: string) => ({
      ...toyCheck('gate', `${box.folder}/${host}.ready`),
      host: 'set by the engine',
      script: `echo "gate" >>${box.folder}/log; [ -e ${box.folder}/ready ]`,
    });
    const step = members(
      (host) => ({ group: 'g', gate: gate(host) }),
      () => `( sleep 0.3; : >${box.folder}/ready ) >/dev/null 2>&1 & `,
    );
    expect((await apply(box.input([step]))).outcome).toBe('done');
    const lines = logged();
    const order = lines.filter((line, index) => line !== lines[index - 1]);
    // The gate is tried until it holds; then the next host has its turn.
    expect(order.map((line) => line.split(' ').at(-1))).toEqual([
      'file',
      'start',
      'gate',
      'file',
      'start',
      'gate',
      'file',
      'start',
    ]);
    expect(lines.filter((line) => line === 'gate').length).toBeGreaterThan(2);
    const passed = box.events.filter((event) => event.type === 'check-passed');
    expect(passed.map(({ host }) => host)).toHaveLength(2);
    expect(new Set(passed.map(({ host }) => host)).size).toBe(2);
  });

  it('end with the first host when its gate does not hold', async () => {
    const gate = toyCheck('gate', '/nowhere/at/all', 0.2);
    const result = await apply(box.input([members(() => ({ group: 'g', gate }))]));
    expect(result.outcome).toBe('failed');
    expect(box.problems).toMatchObject([{ code: 'CHECK_FAILED', place: { host: 'one', resource: 'gate' } }]);
    expect(new Set(logged().map((line) => line.split(' ')[0]))).toEqual(new Set(['one']));
    expect(existsSync(`${box.folder}/two`)).toBe(false);
  });

  it('need no gate where one host alone changes', async () => {
    const gate = toyCheck('gate', '/nowhere/at/all', 0.2);
    const path = `${box.folder}/a`;
    const step = toyStep('s', [
      resource(toyFile, 'one', 'a', { path, content: 'x' }, { turn: { group: 'g', gate } }),
    ]);
    expect(await apply(box.input([step]))).toMatchObject({ outcome: 'done', changed: 1 });
  });

  it('wait for what is not of the group without keeping the others from their turn', async () => {
    const path = (name: string) => `${box.folder}/${name}`;
    const turn = { group: 'g' };
    const two = resource(toyFile, 'two', 'b', { path: path('two-b'), content: 'x' }, { turn });
    const first = resource(toyFile, 'one', 'a', { path: path('one-a'), content: 'x' }, { turn });
    const last = resource(
      toyFile,
      'one',
      'c',
      { path: path('one-c'), content: 'x' },
      { turn, after: [first, two] },
    );
    expect(await apply(box.input([toyStep('s', [first, two, last])]))).toMatchObject({
      outcome: 'done',
      changed: 3,
    });
  });
});
