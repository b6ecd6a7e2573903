import { hostname, userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { runInput } from '../../src/app/reach.ts';
import type { Connections } from '../../src/hosts/connection.ts';
import { threeControls } from '../steps/clouds.ts';

it('locks the control hosts in the name of this run', () => {
  const { cloud } = threeControls();
  const reached = {
    cloud,
    connections: {} as Connections,
    client: () => {
      throw new Error('no client is needed');
    },
  };
  const caller = { emit: () => {}, signal: new AbortController().signal };
  const { locks } = runInput(reached, { command: 'up', patienceSeconds: 0 }, caller);
  expect(locks?.hosts).toEqual(['control1', 'control2', 'control3']);
  expect(locks?.owner).toMatchObject({
    command: 'up',
    user: userInfo().username,
    machine: hostname(),
    pid: process.pid,
  });
});
