import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTSIDE, type Probe } from '../../src/audit/probes.ts';
import { isIn, type Surroundings } from '../../src/audit/reach.ts';
import { type Answer, reachVerdicts } from '../../src/audit/reached.ts';
import type { Socket } from '../../src/audit/sockets.ts';
import { numberToAddress } from '../../src/cloud/ipv4.ts';
import { listenersOf } from '../../src/steps/listeners.ts';
import { allInOne, type CloudContext, threeControls } from '../steps/clouds.ts';
import { hostOf, said } from './look.ts';

const around = ({ cloud, facts }: CloudContext): Surroundings => ({
  cloud,
  facts,
  listeners: listenersOf(cloud),
});
const three = threeControls();
const NOBODY = new Map<string, readonly Socket[]>();

function answer(
  from: string,
  source: string | undefined,
  address: string,
  host: string | undefined,
  open: readonly number[],
  network: Probe['network'] = 'management',
): Answer {
  const asked = host === undefined ? undefined : hostOf(three, host);
  return {
    probe: { from, source, network, address, host: asked, ports: ['1-65535'] },
    open,
    tried: 65_535,
    source,
  };
}

/** Verdicts about answers, without those about networks in which nobody stood. */
const judge = (answers: readonly Answer[], sockets = NOBODY, context = three) =>
  reachVerdicts(around(context), answers, sockets).filter(({ where }) => where !== 'cloud');

describe('what a host reaches', () => {
  it('is well where the definitions open it to this host', () => {
    expect(judge([answer('control2', '192.0.2.12', '192.0.2.11', 'control1', [22, 3306, 4567])])).toEqual([
      {
        topic: 'reach',
        where: 'control2',
        state: 'pass',
        what: '1 address in the management network: 65535 ports tried, 3 open, all described',
      },
    ]);
  });

  it('fails where it is open to others alone, in another network, or to nobody', () => {
    const fails = (...words: Parameters<typeof answer>) => said(judge([answer(...words)]), 'fail');
    expect(fails('compute1', '192.0.2.21', '192.0.2.11', 'control1', [22, 3306])).toEqual([
      'reaches control1 (management, 192.0.2.11) at port 3306, which no definition opens to 192.0.2.21',
    ]);
    expect(fails('control2', '198.51.100.12', '198.51.100.11', 'control1', [22], 'overlay')).toHaveLength(1);
    expect(fails('control2', '192.0.2.12', '192.0.2.11', 'control1', [8888, 8889, 9000])).toEqual([
      expect.stringContaining('at port 8888-8889, 9000, which'),
    ]);
    expect(fails(OUTSIDE, '192.0.2.250', '192.0.2.11', 'control1', [3306])).toHaveLength(1);
  });

  it('is what everybody reaches at virtual addresses', () => {
    const vip = answer(OUTSIDE, '203.0.113.7', '203.0.113.100', undefined, [5000, 8774], 'service');
    expect(said(judge([vip]), 'fail')).toEqual([]);
    const metadata = answer(OUTSIDE, '203.0.113.7', '203.0.113.100', undefined, [8775], 'service');
    expect(said(judge([metadata]), 'fail')).toHaveLength(1);
  });

  it('fails where something listens and is described, and does not answer', () => {
    const sockets = new Map<string, readonly Socket[]>([
      [
        'control1',
        [
          { protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd' },
          { protocol: 'tcp', address: '192.0.2.11', port: 3306, process: 'mariadbd' },
          { protocol: 'tcp', address: '127.0.0.1', port: 4567, process: 'x' },
          { protocol: 'tcp', address: '0.0.0.0', port: 8888, process: 'closed to all' },
        ],
      ],
    ]);
    const closed = answer('control2', '192.0.2.12', '192.0.2.11', 'control1', [22]);
    expect(said(judge([closed], sockets), 'fail')).toEqual([
      'does not reach control1 (management, 192.0.2.11) at port 3306, which the definitions open to 192.0.2.12',
    ]);
    const open = answer('control2', '192.0.2.12', '192.0.2.11', 'control1', [22, 3306]);
    expect(said(judge([open], sockets), 'fail')).toEqual([]);
  });

  it('is not known where nothing answers from far away, and known from near', () => {
    const sockets = new Map<string, readonly Socket[]>([
      ['control1', [{ protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd' }]],
    ]);
    const asked = (source: string, open: readonly number[]) =>
      judge([answer(OUTSIDE, source, '192.0.2.11', 'control1', open)], sockets).map(({ state }) => state);
    expect(asked('198.18.0.1', [])).toEqual(['warning']);
    expect(asked('198.18.0.1', [22])).toEqual(['pass']);
    expect(asked('192.0.2.250', [])).toEqual(['fail']);
  });

  it('is not known where there is no way', () => {
    const lost: Answer = {
      ...answer('control2', undefined, '192.0.2.11', 'control1', []),
      reason: 'No route',
    };
    expect(judge([lost])).toMatchObject([
      {
        state: 'warning',
        what: 'cannot reach control1 (management, 192.0.2.11): No route; nothing is proved there',
      },
    ]);
  });
});

describe('networks in which nobody stood', () => {
  const one = allInOne();
  const asked = (source: string): Answer => ({
    probe: {
      from: OUTSIDE,
      source: undefined,
      network: 'management',
      address: '192.0.2.11',
      host: hostOf(one, 'one'),
      ports: ['22'],
    },
    open: [],
    tried: 1,
    source,
  });
  const unseen = (answers: readonly Answer[]) =>
    reachVerdicts(around(one), answers, NOBODY).filter(({ where }) => where === 'cloud');

  it('are named', () => {
    expect(unseen([]).map(({ what }) => what)).toEqual([
      'nothing stands in the management network beside one: not probed from there',
      'nothing stands in the overlay network beside one: not probed from there',
    ]);
    expect(unseen([asked('192.0.2.250')])).toHaveLength(1);
    // From elsewhere over a router.
    expect(unseen([asked('203.0.113.1')])).toHaveLength(2);
  });
});

it('an address is in a network or is the one given', () => {
  const address = fc.nat(2 ** 32 - 1).map(numberToAddress);
  fc.assert(fc.property(address, address, (a, b) => isIn(a, b) === (a === b) && isIn(a, '0.0.0.0/0')));
  expect([isIn('192.0.2.9', '192.0.2.8/29'), isIn('192.0.2.16', '192.0.2.8/29')]).toEqual([true, false]);
});
