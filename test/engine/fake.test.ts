import { expect, it } from 'vitest';
import type { NewEvent } from '../../src/engine/event.ts';
import { KnownStates } from '../../src/engine/knownStates.ts';
import { type Resource, resource } from '../../src/engine/resource.ts';
import { RunState } from '../../src/engine/runState.ts';
import { verifyChecks } from '../../src/engine/verify.ts';
import { CloudwrightError, problem } from '../../src/errors/problem.ts';
import { fakeConnections } from '../hosts/fake.ts';
import { toyCheck, toyFile } from './toys.ts';

const byId = (list: readonly Resource[]) => new Map(list.map((file) => [file.id, file]));
const lost = new CloudwrightError([problem('HOST_LOST', { details: { host: 'one', doing: 'a look' } })]);

it('asks a host once for all its resources of a kind', async () => {
  const connections = fakeConnections([
    {
      host: 'one',
      script: /cat .*a.*cat .*b/s,
      answer: (request) => answerFor(String(request.script)),
    },
  ]);
  const run = new RunState({ connections, emit: () => {} });
  const files = ['a', 'b'].map((name) => resource(toyFile, 'one', name, { path: `/${name}`, content: '' }));
  const states = new KnownStates(run, byId(files), files);
  await states.read(files);
  expect(files.map((file) => states.lastKnown(file)?.state)).toEqual(['A', undefined]);
  connections.done();

  async function answerFor(script: string) {
    const token = /\n\\n(cw-\w+) %d/.exec(script.replaceAll("printf '", '\n'))?.[1];
    return { exitCode: 0, stdout: `1A\x000\x00\n${token} 0\n`, stderr: '' };
  }
});

it('gives a state that could not be read a problem, never a guess', async () => {
  const connections = fakeConnections([
    { host: 'one', script: /./, answer: { exitCode: 2, stdout: '', stderr: 'sh: no such thing' } },
  ]);
  const file = resource(toyFile, 'one', 'a', { path: '/a', content: '' });
  const states = new KnownStates(new RunState({ connections, emit: () => {} }), byId([file]), [file]);
  await states.read([file]);
  expect(states.lastKnown(file)).toBeUndefined();
  expect(states.whyUnreadable(file)).toMatchObject({ code: 'RESOURCE_READ_FAILED' });
});

it('stops waiting for checks of a host that is gone', async () => {
  const connections = fakeConnections([{ host: 'one', script: /./, answer: lost }]);
  const events: NewEvent[] = [];
  const run = new RunState({ connections, emit: (event) => events.push(event) });
  await verifyChecks(run, [toyCheck('a', '/a', 3600), toyCheck('b', '/b', 3600)], { step: 's' });
  expect(events).toMatchObject([{ type: 'host-unreachable', host: 'one', problem: { code: 'HOST_LOST' } }]);
  expect(run.exitCode).not.toBe(0);
});

it('does not take an error of a kind for a lost host', async () => {
  const broken = {
    ...toyFile,
    read: () => {
      throw new Error('a bug');
    },
  };
  const file = resource(broken, 'one', 'a', { path: '/a', content: '' });
  const run = new RunState({ connections: fakeConnections([]), emit: () => {} });
  const states = new KnownStates(run, byId([file]), [file]);
  await expect(states.read([file])).rejects.toThrow('a bug');
  expect(run.isLost('one')).toBe(false);
});
