import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/engine/event.ts';
import { apiResource, resource } from '../../src/engine/resource.ts';
import { apply, planOnly, verifyOnly } from '../../src/engine/run.ts';
import type { Connections } from '../../src/hosts/connection.ts';
import { Confidential, text } from '../../src/secrets/confidential.ts';
import {
  type Toybox,
  type ToyFile,
  toybox,
  toyCheck,
  toyFile,
  toyProject,
  toyService,
  toyStep,
} from './toys.ts';

let box: Toybox;
beforeEach(() => {
  box = toybox(['one', 'two']);
});
afterEach(() => box.remove());

const at = (name: string): string => `${box.folder}/${name}`;
const file = (name: string, content = name, options = {}, then?: string, host = 'one') =>
  resource(toyFile, host, name, { path: at(name), content, ...(then !== undefined && { then }) }, options);
const service = (name: string, watches: string[], script?: string) =>
  resource(toyService, 'one', name, { path: at(name), ...(script !== undefined && { script }) }, { watches });
const eventsOf = <T extends RunEvent['type']>(type: T) =>
  box.events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
const starts = (name: string): number =>
  existsSync(at(`${name}.log`)) ? readFileSync(at(`${name}.log`), 'utf8').split('\n').length - 1 : 0;

describe('apply', () => {
  it('converges, verifies, and changes nothing the second time', async () => {
    const steps = [
      toyStep('base', [file('a'), file('b', 'b', { after: ['one/file:a'] }), service('s', ['one/file:a'])], {
        checks: [toyCheck('a', at('a'))],
      }),
      toyStep('next', [file('c', 'c', {}, undefined, 'two')], { needs: ['base'] }),
    ];
    const first = await apply(box.input(steps));
    expect(first).toMatchObject({ outcome: 'done', changed: 4, exitCode: 0 });
    expect(first.recap).toMatchObject({ one: { ok: 4, changed: 3, failed: 0 }, two: { ok: 1, changed: 1 } });
    expect(eventsOf('step-verified').map((event) => event.step)).toEqual(['base', 'next']);
    box.requests.length = 0;
    const second = await apply(box.input(steps));
    expect(second).toMatchObject({ outcome: 'done', changed: 0 });
    expect(box.requests.filter((one) => one.host === 'one').map((one) => one.doing)).toEqual([
      'read its facts',
      'look for changes of an earlier run',
      'read 3 resources',
      'File of a',
    ]);
    expect(starts('s')).toBe(1);
  });

  describe('a change that could cut the host off', () => {
    const kind = {
      ...toyFile,
      batch: false,
      compare: (desired: ToyFile, state: string | undefined) => {
        const change = toyFile.compare(desired, state, { touched: false });
        const confirm = { script: `echo kept >>${at('kept')}`, limitSeconds: 10, revertSeconds: 90 };
        return change && { ...change, confirm };
      },
    };
    const rules = () => resource(kind, 'one', 'rules', { path: at('rules'), content: 'new' });

    it('is kept over a connection that is made after it', async () => {
      const result = await apply(box.input([toyStep('base', [rules()])]));
      expect(result).toMatchObject({ outcome: 'done', changed: 1 });
      const asked = box.requests.map(({ doing }) => doing);
      expect(asked.slice(asked.indexOf('write rules'))).toEqual([
        'write rules',
        'confirm: write rules (new connection)',
        'read 1 resources',
      ]);
      expect(readFileSync(at('kept'), 'utf8')).toBe('kept\n');
    });

    it('fails the run where none can be made, and nothing keeps it', async () => {
      box.cut.add('one');
      const result = await apply(
        box.input([toyStep('base', [rules(), file('b', 'b', { after: ['one/file:rules'] })])]),
      );
      expect(result).toMatchObject({ outcome: 'failed', changed: 0 });
      expect(box.problems.map(({ code }) => code)).toEqual(['CHANGE_NOT_CONFIRMED']);
      expect(box.problems[0]?.what).toContain('within 90 s');
      expect(existsSync(at('kept'))).toBe(false);
      expect(existsSync(at('b'))).toBe(false);
    });
  });

  it('sends the ready changes of a kind in one request', async () => {
    const many = Array.from({ length: 40 }, (_, index) => file(`f${index}`));
    await apply(box.input([toyStep('base', many)]));
    expect(box.requests.filter((one) => one.host === 'one').map((one) => one.doing)).toEqual([
      'read its facts',
      'look for changes of an earlier run',
      'read 40 resources',
      'write f0 and 39 more',
      'read 40 resources',
    ]);
  });

  it('stops at the first failure: what runs is finished, nothing new starts', async () => {
    const steps = [
      toyStep('base', [
        service('bad', [], `echo "cannot bind" >&2; exit 4`),
        service('slow', [], `sleep 0.5; : >${at('slow.stamp')}`),
        file('later', 'x', { after: ['one/service:slow'] }),
      ]),
      toyStep('next', [file('n')], { needs: ['base'] }),
      toyStep('other', [file('o', 'o', {}, undefined)], { needs: ['next'] }),
    ];
    const result = await apply(box.input(steps));
    expect(result.outcome).toBe('failed');
    expect(box.problems).toMatchObject([
      {
        code: 'RESOURCE_FAILED',
        evidence: 'cannot bind',
        place: { host: 'one', step: 'base', resource: 'one/service:bad' },
      },
    ]);
    expect(existsSync(at('slow.stamp'))).toBe(true);
    expect(existsSync(at('later'))).toBe(false);
    expect(existsSync(at('n'))).toBe(false);
    expect(eventsOf('step-skipped').map((event) => event.step)).toEqual(['next', 'other']);
    expect(result.recap.one).toMatchObject({ failed: 1, changed: 1, skipped: 3 });
  });

  it('runs the rest of a batch up to the one that fails, and finds it again next time', async () => {
    const steps = (then: string) => [toyStep('base', [file('a'), file('b', 'b', {}, then), file('c')])];
    const first = await apply(box.input(steps('exit 1')));
    expect(box.problems).toHaveLength(1);
    expect(first.recap.one).toMatchObject({ changed: 1, failed: 1, skipped: 1 });
    expect(await apply(box.input(steps('')))).toMatchObject({ outcome: 'done', changed: 1 });
  });

  it('says what is left when a change does not hold', async () => {
    await apply(box.input([toyStep('base', [file('a', 'a', {}, `printf other >${at('a')}`)])]));
    expect(box.problems).toMatchObject([{ code: 'RESOURCE_NOT_CONVERGED', evidence: '-other\n+a' }]);
  });

  it.each([
    ['echo "cp: error writing x: No space left on device" >&2; exit 1', 'HOST_DISK_FULL'],
    ['echo "E: Failed to fetch http://m/x.deb  404  Not Found" >&2; exit 96', 'HOST_MIRROR_FAILED'],
    ['echo "mariadbd: bind failed" >&2; exit 97', 'SERVICE_NOT_STARTED'],
    ['echo x; exit 5', 'RESOURCE_FAILED'],
  ])('names the cause of %s', async (script, code) => {
    await apply(box.input([toyStep('base', [service('s', [], script)])]));
    expect(box.problems).toMatchObject([{ code }]);
    expect(box.problems[0]?.evidence).toBeTruthy();
    expect(JSON.stringify(box.problems)).not.toMatch(/\{\w+\}/);
  });

  it('restarts what watches a changed file, in any step, once', async () => {
    const steps = (content: string) => [
      toyStep('first', [service('early', ['one/file:conf'])]),
      toyStep('second', [file('conf', content), service('same', ['one/file:conf'])], { needs: ['first'] }),
      toyStep('third', [service('late', ['one/file:conf'])], { needs: ['second'] }),
    ];
    expect((await apply(box.input(steps('1')))).outcome).toBe('done');
    const before = { early: starts('early'), same: starts('same'), late: starts('late') };
    expect((await apply(box.input(steps('2')))).outcome).toBe('done');
    for (const name of ['early', 'same', 'late'] as const) expect(starts(name), name).toBe(before[name] + 1);
    expect((await apply(box.input(steps('2')))).changed).toBe(0);
  });

  it('restarts a watcher on the next run when this one was cut after the change', async () => {
    const steps = [toyStep('base', [file('conf', '2'), service('s', ['one/file:conf'])])];
    await apply(box.input(steps));
    writeFileSync(at('conf'), '1');
    // As if killed between the file's change and the restart: the stamp went with the change.
    await apply(box.input([toyStep('base', [file('conf', '2'), service('s', ['one/file:conf'], 'exit 1')])]));
    expect((await apply(box.input(steps))).changed).toBe(1);
    expect(starts('s')).toBe(2);
  });

  it('also restarts a watcher of a step that was left out, where it was in place', async () => {
    const steps = (content: string) => [
      toyStep('base', [file('conf', content)]),
      toyStep('next', [service('s', ['one/file:conf'])], { needs: ['base'] }),
    ];
    await apply(box.input(steps('1')));
    await apply(box.input(steps('2'), { selection: { step: 'base' } }));
    expect(starts('s')).toBe(2);
  });

  it('restarts a watcher of a left-out step whatever else differs there', async () => {
    const steps = (content: string) => [
      toyStep('base', [file('conf', content)]),
      toyStep('ahead', [file('later')], { needs: ['base'] }),
      toyStep(
        'left-out',
        [
          file('own', 'own'),
          resource(
            toyService,
            'one',
            's',
            { path: at('s') },
            { watches: ['one/file:conf'], after: ['one/file:own', 'one/file:later'] },
          ),
        ],
        { needs: ['ahead'] },
      ),
    ];
    await apply(box.input(steps('1')));
    writeFileSync(at('own'), 'drifted');
    writeFileSync(at('later'), 'drifted');
    const result = await apply(box.input(steps('2'), { selection: { step: ['base', 'ahead'] } }));
    expect(result).toMatchObject({ outcome: 'done', changed: 3 });
    expect(starts('s')).toBe(2);
  });

  it('waits for a check and tells what it waits for', async () => {
    const late = service('s', [], `: >${at('s.stamp')}; ( sleep 0.8; : >${at('up')} ) >/dev/null 2>&1 &`);
    const result = await apply(box.input([toyStep('base', [late], { checks: [toyCheck('up', at('up'))] })]));
    expect(result.outcome).toBe('done');
    expect(eventsOf('check-waiting')).toMatchObject([{ check: 'up', sentence: 'it is not there' }]);
    expect(eventsOf('check-passed')).toHaveLength(1);
  });

  it('fails the step when a check does not come true, and starts nothing that needs it', async () => {
    const steps = [
      toyStep('base', [file('a')], { checks: [toyCheck('up', at('up'), 0.3)] }),
      toyStep('next', [file('n')], { needs: ['base'] }),
    ];
    await apply(box.input(steps));
    expect(box.problems).toMatchObject([
      { code: 'CHECK_FAILED', what: 'File of up: it is not there', evidence: 'no up yet' },
    ]);
    expect(existsSync(at('n'))).toBe(false);
  });

  it('leaves thorough checks out where nothing changed and the step was verified before', async () => {
    const slow = { ...toyCheck('slow', at('a')), thorough: true };
    const steps = [toyStep('base', [file('a')], { checks: [toyCheck('a', at('a')), slow] })];
    const passed = async (verifiedBefore: ReadonlySet<string>, work = apply): Promise<readonly string[]> => {
      box.events.length = 0;
      await work(box.input(steps, { verifiedBefore }));
      return eventsOf('check-passed')
        .map((event) => event.check)
        .sort();
    };
    expect(await passed(new Set(['base']))).toEqual(['a', 'slow']);
    expect(await passed(new Set())).toEqual(['a', 'slow']);
    expect(await passed(new Set(['base']))).toEqual(['a']);
    expect(await passed(new Set(['base']), verifyOnly)).toEqual(['a', 'slow']);
  });

  it('looks at a check only after those it stands on have come true', async () => {
    const gate = toyCheck('gate', at('gate'));
    const asked = (): void => expect(existsSync(at('gate'))).toBe(true);
    const behind = toyCheck('behind', at('a'));
    const check = {
      ...behind,
      after: ['gate'],
      judge: (result: Parameters<typeof behind.judge>[0]) => {
        asked();
        return behind.judge(result);
      },
    };
    const late = file('a', 'a', {}, `( sleep 0.4; : >${at('gate')} ) >/dev/null 2>&1 &`);
    const result = await apply(box.input([toyStep('base', [late], { checks: [check, gate] })]));
    expect(result.outcome).toBe('done');
    expect(eventsOf('check-passed').map((event) => event.check)).toEqual(['gate', 'behind']);
  });

  it('has no verdict on a check whose ground has failed', async () => {
    const gate = toyCheck('gate', at('gate'), 0.3);
    const behind = { ...toyCheck('behind', at('b'), 0.3), after: ['gate'] };
    await apply(box.input([toyStep('base', [file('a')], { checks: [behind, gate] })]));
    expect(box.problems).toMatchObject([{ code: 'CHECK_FAILED', place: { resource: 'gate' } }]);
  });

  it('makes the client once, and only when something behind it is wanted', async () => {
    const projects = new Set<string>(['old']);
    let made = 0;
    const api = async () => {
      made += 1;
      return projects;
    };
    const steps = [
      toyStep('base', [file('a')]),
      toyStep('identity', [apiResource(toyProject, 'old', 'old'), apiResource(toyProject, 'new', 'new')], {
        needs: ['base'],
      }),
    ];
    expect(await apply(box.input(steps, { api, selection: { step: 'base' } }))).toMatchObject({ changed: 1 });
    expect(made).toBe(0);
    expect(await apply(box.input(steps, { api }))).toMatchObject({ outcome: 'done', changed: 1 });
    expect([...projects]).toEqual(['old', 'new']);
    expect(made).toBe(1);
  });

  it('reads the APIs while it reads the hosts where all was verified before', async () => {
    const projects = new Set<string>(['p']);
    let asked = (): void => {};
    const apiWasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const connections: Connections = {
      ...box.connections,
      get: async (host) => {
        const connection = await box.connections.get(host);
        return {
          ...connection,
          run: async (request) => {
            if (request.doing.startsWith('read 1 ')) await apiWasAsked;
            return connection.run(request);
          },
        };
      },
    };
    writeFileSync(at('a'), 'a');
    const input = box.input([toyStep('base', [file('a'), apiResource(toyProject, 'p', 'p')])], {
      connections,
      verifiedBefore: new Set(['base']),
      api: async () => {
        asked();
        return projects;
      },
    });
    expect(await apply(input)).toMatchObject({ outcome: 'done', changed: 0 });
  });

  it('is interrupted by its signal: what runs is finished', async () => {
    const stop = new AbortController();
    const steps = [
      toyStep('base', [
        service('s', [], `sleep 0.5; : >${at('s.stamp')}`),
        file('a', 'a', { after: ['one/service:s'] }),
      ]),
      toyStep('next', [file('n')], { needs: ['base'] }),
    ];
    const input = box.input(steps, { signal: stop.signal });
    const running = apply({
      ...input,
      emit: (event) => {
        input.emit(event);
        if (event.type === 'change-started') stop.abort();
      },
    });
    const result = await running;
    expect(result).toMatchObject({ outcome: 'interrupted', changed: 1, exitCode: 3 });
    expect(box.problems).toMatchObject([{ code: 'RUN_INTERRUPTED' }]);
    expect(existsSync(at('s.stamp'))).toBe(true);
    expect(existsSync(at('a'))).toBe(false);
  });

  it('lets no secret into an event or a problem', async () => {
    const secret = new Confidential('hunter2-hunter2');
    const script = text`echo "bad password ${secret}" >&2; exit 1`;
    const bad = resource(toyService, 'one', 's', { path: at('s'), script });
    const input = box.input([toyStep('base', [bad])]);
    const result = await apply({ ...input, secrets: [secret] });
    expect(JSON.stringify([result, box.events])).not.toContain('hunter2');
    expect(box.problems[0]?.evidence).toBe('bad password ••••');
  });

  it('refuses unknown steps and hosts before any effect, with the nearest', async () => {
    const steps = [toyStep('image', [file('a')])];
    await expect(apply(box.input(steps, { selection: { step: 'imgae' } }))).rejects.toMatchObject({
      problems: [{ code: 'STEP_UNKNOWN', suggestion: 'image' }],
    });
    await expect(apply(box.input(steps, { selection: { hosts: ['tow'] } }))).rejects.toMatchObject({
      problems: [{ code: 'HOST_UNKNOWN', suggestion: 'two' }],
    });
    expect(box.events).toEqual([]);
  });

  it('holds to the chosen hosts', async () => {
    const steps = [toyStep('base', [file('a'), file('b', 'b', {}, undefined, 'two')])];
    await apply(box.input(steps, { selection: { hosts: ['two'] } }));
    expect([existsSync(at('a')), existsSync(at('b'))]).toEqual([false, true]);
  });
});

describe('planOnly', () => {
  it('says the same as apply then does, and changes nothing', async () => {
    const steps = [
      toyStep('base', [service('s', ['one/file:b'])]),
      toyStep('next', [file('a'), file('b')], { needs: ['base'] }),
    ];
    await apply(box.input(steps));
    writeFileSync(at('b'), 'old');
    const plan = await planOnly(box.input(steps));
    expect(plan.changes).toMatchObject([
      { step: 'base', resource: 'one/service:s', summary: 'restart it' },
      { step: 'next', resource: 'one/file:b', summary: 'write b', difference: '-old\n+b' },
    ]);
    expect(readFileSync(at('b'), 'utf8')).toBe('old');
    box.events.length = 0;
    await apply(box.input(steps));
    expect(new Set(eventsOf('change-done').map((event) => event.resource))).toEqual(
      new Set(plan.changes.map((change) => change.resource)),
    );
    expect((await planOnly(box.input(steps))).changes).toEqual([]);
  });

  it('plans what is behind an API that does not answer yet', async () => {
    const steps = [toyStep('identity', [apiResource(toyProject, 'p', 'p')])];
    const plan = await planOnly(box.input(steps, { api: () => Promise.reject(new Error('refused')) }));
    expect(plan.changes).toMatchObject([{ summary: expect.stringContaining('create project p') }]);
  });
});

describe('verifyOnly', () => {
  it('runs the checks alone', async () => {
    const steps = [toyStep('base', [file('a')], { checks: [toyCheck('up', at('up'), 0.2)] })];
    expect(await verifyOnly(box.input(steps)).then(() => box.problems)).toMatchObject([
      { code: 'CHECK_FAILED' },
    ]);
    writeFileSync(at('up'), '');
    expect(await verifyOnly(box.input(steps))).toMatchObject({ outcome: 'done', changed: 0 });
    expect(existsSync(at('a'))).toBe(false);
  });
});
