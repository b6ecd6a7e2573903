import { expect, it } from 'vitest';
import { resource } from '../../src/engine/resource.ts';
import { verifyChecks } from '../../src/engine/verify.ts';
import { World } from '../../src/engine/world.ts';
import { CloudwrightError, problem } from '../../src/errors/problem.ts';
import { fakeConnections } from '../hosts/fake.ts';
import { toyCheck, toyFile } from './toys.ts';

const lost = new CloudwrightError([problem('HOST_LOST', { details: { host: 'one', doing: 'a look' } })]);

it('asks a host once for all its resources of a kind', async () => {
  const connections = fakeConnections([
    {
      host: 'one',
      script: /cat .*a.*cat .*b/s,
      answer: (request) => answerFor(String(request.script)),
    },
  ]);
  const world = new World(connections, () => {});
  const files = ['a', 'b'].map((name) => resource(toyFile, 'one', name, { path: `/${name}`, content: '' }));
  await world.read(files);
  expect(files.map((one) => world.fresh(one)?.state)).toEqual(['A', undefined]);
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
  const world = new World(connections, () => {});
  const one = resource(toyFile, 'one', 'a', { path: '/a', content: '' });
  await world.read([one]);
  expect(world.fresh(one)).toBeUndefined();
  expect(world.unreadable(one)).toMatchObject({ code: 'RESOURCE_READ_FAILED' });
});

it('stops waiting for checks of a host that is gone', async () => {
  const connections = fakeConnections([{ host: 'one', script: /./, answer: lost }]);
  const world = new World(connections, () => {});
  const problems = await verifyChecks(world, [toyCheck('a', '/a', 3600)], { step: 's' });
  expect(problems).toMatchObject([{ code: 'HOST_LOST' }]);
});
