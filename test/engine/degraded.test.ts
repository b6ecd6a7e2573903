import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { reachHosts } from '../../src/engine/reach.ts';
import { apiResource, type Resource, type ResourceOptions, resource } from '../../src/engine/resource.ts';
import { apply, planOnly, verifyOnly } from '../../src/engine/run.ts';
import { HOSTS_AT_ONCE, RunState } from '../../src/engine/runState.ts';
import type { Step } from '../../src/engine/step.ts';
import { CloudwrightError, problem } from '../../src/errors/problem.ts';
import type { Connections, HostFacts } from '../../src/hosts/connection.ts';
import { type Toybox, toybox, toyCheck, toyFile, toyProject, toyStep } from './toys.ts';

let box: Toybox;
afterEach(async () => {
  await box?.remove();
});

const at = (name: string): string => `${box.folder}/${name}`;
const there = (name: string): boolean => existsSync(at(name));
const file = (host: string, name: string, options: ResourceOptions = {}): Resource =>
  resource(toyFile, host, name, { path: at(`${host}-${name}`), content: name }, options);

/** A step that describes a file on each host that was reached. */
function eachHost(name: string, more: (host: string) => ResourceOptions = () => ({})): Step {
  return {
    ...toyStep(name, []),
    resources: ({ facts }) => [...facts.keys()].map((host) => file(host, name, more(host))),
    checks: ({ cloud }) =>
      cloud.hosts.map((host) => toyCheck(`${name}-${host.name}`, at(`${host.name}-${name}`), 1, host.name)),
  };
}

describe('a run without one of its hosts', () => {
  it('reports it once, does the rest, and fails', async () => {
    box = toybox(['one', 'two', 'three'], ['two']);
    const result = await apply(box.input([eachHost('a'), { ...eachHost('b'), needs: ['a'] }]));
    expect(result).toMatchObject({ outcome: 'failed', changed: 4 });
    expect(result.exitCode).toBeGreaterThan(0);
    expect(box.problems).toMatchObject([{ code: 'HOST_LOST', severity: 'error' }]);
    expect(box.events.filter(({ type }) => type === 'host-unreachable')).toHaveLength(1);
    expect(box.events.filter(({ type }) => type === 'step-verified')).toHaveLength(2);
    expect(result.recap.two).toMatchObject({ unreachable: 1, ok: 0, failed: 0 });
    expect([there('one-b'), there('three-b')]).toEqual([true, true]);
    box.events.length = 0;
    expect((await verifyOnly(box.input([eachHost('a')]))).outcome).toBe('failed');
    expect(box.problems).toHaveLength(1);
    const plan = await planOnly(box.input([eachHost('c')]));
    expect(plan).toMatchObject({ outcome: 'failed', changes: [{ host: 'one' }, { host: 'three' }] });
  });

  it('is done when the host was not chosen', async () => {
    box = toybox(['one', 'two'], ['two']);
    const result = await apply(box.input([eachHost('a')], { selection: { hosts: ['one'] } }));
    expect(result).toMatchObject({ outcome: 'done', changed: 1, exitCode: 0 });
    expect(box.problems).toMatchObject([{ code: 'HOST_LOST', severity: 'warning' }]);
  });

  describe('names hosts that it leaves out', () => {
    /** What `firewall` is on every host, with other contents where a host is new. */
    const rules = (content: string, managed: readonly string[]): Step => ({
      ...eachHost('firewall'),
      resources: ({ facts }) => {
        for (const host of managed) Object.assign(facts.get(host) ?? {}, { managed: true });
        return [...facts.keys()].map((host) =>
          resource(toyFile, host, 'rules', { path: at(`${host}-rules`), content }, { reliedOn: true }),
        );
      },
      checks: () => [],
    });
    const warnings = () => box.problems.map(({ code, severity, what }) => `${code} ${severity}: ${what}`);

    it('whose rules do not know the new host, and changes them no more than before', async () => {
      box = toybox(['one', 'two', 'new']);
      await apply(box.input([rules('two hosts', [])], { selection: { hosts: ['one', 'two'] } }));
      expect(warnings()).toEqual([]);
      const step = rules('three hosts', ['one', 'two']);
      const expected = [
        'HOSTS_BEHIND warning: Step firewall would also change one, two, which this run leaves out.',
      ];
      const plan = await planOnly(box.input([step], { selection: { hosts: ['new'] } }));
      expect(plan.changes.map(({ host }) => host)).toEqual(['new']);
      expect(warnings()).toEqual(expected);
      box.events.length = 0;
      const result = await apply(box.input([step], { selection: { hosts: ['new'] } }));
      expect(result).toMatchObject({ outcome: 'done', changed: 1, exitCode: 0 });
      expect(warnings()).toEqual(expected);
      expect(box.problems[0]?.next).toContain('apply --step firewall --host one --host two');
      box.events.length = 0;
      await apply(box.input([step], { selection: { hosts: ['one', 'two'] } }));
      await apply(box.input([step], { selection: { hosts: ['new'] } }));
      expect(warnings()).toEqual([]);
    });

    it('and not those that were never deployed, or steps that were not chosen', async () => {
      box = toybox(['one', 'two']);
      await apply(box.input([rules('any', [])], { selection: { hosts: ['one'] } }));
      await apply(
        box.input([rules('other', ['two']), eachHost('b')], { selection: { hosts: ['one'], step: 'b' } }),
      );
      expect(warnings()).toEqual([]);
    });
  });

  it('waits for the others where one of them serves instead', async () => {
    box = toybox(['one', 'two', 'three'], ['one']);
    const schema = file('two', 'schema', { cloudWide: true });
    const service = file('three', 'service', { after: ['one/file:schema'] });
    const result = await apply(box.input([toyStep('s', [service, schema])]));
    expect(result.changed).toBe(2);
    const done = box.events.flatMap((event) => (event.type === 'change-done' ? [event.resource] : []));
    expect(done).toEqual(['two/file:schema', 'three/file:service']);
  });

  it('leaves out what nothing else can serve, and says so once; steps that need that step are skipped', async () => {
    box = toybox(['one', 'two'], ['one']);
    const needy = file('two', 'a', { after: ['one/file:key'] });
    const behind = file('two', 'b', { after: [needy] });
    const free = file('two', 'c');
    const steps = [
      toyStep('s', [needy, behind, free]),
      toyStep('next', [file('two', 'n')], { needs: ['s'] }),
      toyStep('other', [file('two', 'o')]),
    ];
    const plan = await planOnly(box.input(steps));
    expect(plan.changes.map(({ summary }) => summary)).toContain(
      'skip: it needs one/file:key, whose host does not answer',
    );
    box.events.length = 0;
    const result = await apply(box.input(steps));
    expect(result).toMatchObject({ outcome: 'failed', changed: 2 });
    expect([there('two-a'), there('two-b'), there('two-c'), there('two-n'), there('two-o')]).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(box.problems.map(({ code }) => code)).toEqual(['HOST_LOST', 'RESOURCES_LEFT_OUT']);
    expect(box.problems[1]?.what).toContain('2 resources');
  });

  it('goes on when a host is lost during the run', async () => {
    box = toybox(['one', 'two']);
    const { connections } = box;
    const dying: Connections = {
      ...connections,
      get: async (host) => {
        const connection = await connections.get(host);
        if (host !== 'two') return connection;
        return {
          ...connection,
          run: (request) =>
            request.doing.startsWith('write')
              ? Promise.reject(
                  new CloudwrightError([problem('HOST_LOST', { details: { host, doing: 'x' } })]),
                )
              : connection.run(request),
        };
      },
    };
    const steps = [
      toyStep('s', [file('two', 'a'), file('one', 'b'), file('one', 'c', { after: ['one/file:b'] })]),
    ];
    const result = await apply(box.input(steps, { connections: dying }));
    expect(result).toMatchObject({ outcome: 'failed', changed: 2 });
    expect(box.problems).toMatchObject([{ code: 'HOST_LOST', place: { host: 'two' } }]);
  });

  it('does nothing at all when no host answers', async () => {
    box = toybox(['one'], ['one']);
    expect(await apply(box.input([eachHost('a')]))).toMatchObject({ outcome: 'failed', changed: 0 });
    expect(box.problems).toHaveLength(1);
  });
});

describe('--host', () => {
  it('keeps cloud-wide work, and needs what other hosts have to be in place', async () => {
    box = toybox(['one', 'two']);
    const once = file('one', 'once', { cloudWide: true });
    const other = file('one', 'other');
    const mine = file('two', 'mine', { after: [once, other] });
    const input = () => box.input([toyStep('s', [once, other, mine])], { selection: { hosts: ['two'] } });
    expect(await apply(input())).toMatchObject({ outcome: 'failed', changed: 1 });
    expect(box.problems).toMatchObject([
      { code: 'PREREQUISITE_MISSING', place: { resource: 'two/file:mine' } },
    ]);
    expect(there('one-once')).toBe(true);
    await apply(box.input([toyStep('s', [other])]));
    expect(await apply(input())).toMatchObject({ outcome: 'done', changed: 1 });
  });

  it('keeps what is behind the APIs', async () => {
    box = toybox(['one', 'two']);
    const api = new Set<string>();
    const steps = [toyStep('s', [apiResource(toyProject, 'demo', 'demo')])];
    const result = await apply(box.input(steps, { selection: { hosts: ['two'] }, api: async () => api }));
    expect(result).toMatchObject({ outcome: 'done', changed: 1 });
    expect([...api]).toEqual(['demo']);
  });

  it('makes the checks that concern the chosen hosts', async () => {
    box = toybox(['one', 'two']);
    const shared = { ...toyCheck('shared', '/', 1, 'one'), concerns: ['one', 'two'] };
    const own = toyCheck('own', '/', 1, 'one');
    const api = {
      via: 'api' as const,
      id: 'api',
      title: 'API',
      host: 'API',
      limitSeconds: 1,
      probe: async () => ({ ok: true, sentence: 'yes' }),
    };
    const aboutOne = { ...api, id: 'about-one', concerns: ['one'] };
    const steps = [toyStep('s', [], { checks: [shared, own, api, aboutOne] })];
    await verifyOnly(box.input(steps, { selection: { hosts: ['two'] }, api: async () => ({}) }));
    const made = box.events.flatMap((event) => (event.type === 'check-passed' ? [event.check] : []));
    expect(made.sort()).toEqual(['api', 'shared']);
  });

  it('looks at the whole when the checks of all other steps have ended', async () => {
    box = toybox(['one']);
    const check = (id: string) => ({ checks: [toyCheck(id, '/')] });
    const whole: Step = { ...toyStep('whole', [], check('whole')), last: true };
    await verifyOnly(box.input([whole, toyStep('a', [], check('a')), toyStep('b', [], check('b'))]));
    const order = box.events.flatMap((event) =>
      event.type === 'step-started' || event.type === 'step-verified' ? [`${event.type} ${event.step}`] : [],
    );
    expect(order.slice(0, 4)).toEqual(expect.arrayContaining(['step-verified a', 'step-verified b']));
    expect(order.slice(4)).toEqual(['step-started whole', 'step-verified whole']);
  });
});

describe('requirements', () => {
  const unmet = (host: string) =>
    problem('PREFLIGHT_CPUS', {
      place: { kind: 'cloud', host },
      details: { host, role: 'x', found: 1, least: 2 },
    });
  const guarding = (host: string): Step => ({ ...toyStep('guard', []), requirements: () => [unmet(host)] });

  it('are judged whichever step was chosen', async () => {
    box = toybox(['one', 'two']);
    const steps = [guarding('one'), toyStep('ceph', [file('one', 'disk')])];
    const result = await apply(box.input(steps, { selection: { step: 'ceph' } }));
    expect(result.outcome).toBe('failed');
    expect(there('one-disk')).toBe(false);
  });

  it('are those of the chosen hosts', async () => {
    box = toybox(['one', 'two']);
    const steps = [guarding('one'), toyStep('ceph', [file('two', 'disk')])];
    const result = await apply(box.input(steps, { selection: { hosts: ['two'] } }));
    expect(result).toMatchObject({ outcome: 'done', changed: 1 });
  });
});

describe('reaching hosts', () => {
  const factsOf = (cloudId?: string) =>
    ({ hostname: 'h', ...(cloudId !== undefined && { cloudId }) }) as HostFacts;

  it('refuses a host of another cloud before anything else', async () => {
    box = toybox(['one', 'two']);
    const read =
      (two?: string, one?: string) =>
      async ({ host }: { host: string }) =>
        factsOf(host === 'two' ? two : one);
    const run = new RunState({
      connections: box.connections,
      emit: (event) => box.events.push({ ...event, at: 0 }),
    });
    const subject = { name: 'toys', id: 'mine', hosts: [{ name: 'one' }, { name: 'two' }] };
    await expect(
      reachHosts(run, subject, new Set(['one', 'two']), read('other', 'mine')),
    ).rejects.toMatchObject({
      problems: [{ code: 'HOST_OF_OTHER_CLOUD', place: { host: 'two' } }],
    });
    expect((await reachHosts(run, subject, new Set(), read('mine'))).size).toBe(2);
  });

  it('connects a bounded number of hosts at once', async () => {
    const hosts = Array.from({ length: 100 }, (_, index) => ({ name: `h${index}` }));
    let open = 0;
    let most = 0;
    const connections = {
      ...({} as Connections),
      get: async (host: string) => ({
        host,
        run: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
        close: async () => {},
      }),
    };
    const read = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return factsOf();
    };
    const facts = await reachHosts(
      new RunState({ connections, emit: () => {} }),
      { name: 'c', hosts },
      new Set(),
      read,
    );
    expect([...facts.keys()]).toEqual(hosts.map(({ name }) => name));
    expect(most).toBe(HOSTS_AT_ONCE);
  });
});
