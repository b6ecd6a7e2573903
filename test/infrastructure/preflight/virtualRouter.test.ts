import { describe, expect, it } from 'vitest';
import { virtualRouterCheck } from '../../../src/infrastructure/preflight/virtualRouter.ts';
import { threeControls } from '../../steps/clouds.ts';

const { cloud } = threeControls();
const [host] = cloud.hosts;
if (!host) throw new Error('a cloud has hosts');
const check = virtualRouterCheck(cloud, host);
const judge = (stdout: string) => check.judge({ exitCode: 0, stdout, stderr: 'perl: not found' });

describe('the virtual router ids of a cloud', () => {
  it('are listened for on the network of each floating address', () => {
    expect(check.script.match(/^perl .*$/gm)).toEqual([
      `perl -e "$listener" 'eth1' '192.0.2.11' 2.2 | sed 's/^/51 /' &`,
      `perl -e "$listener" 'eth0' '203.0.113.11' 2.2 | sed 's/^/52 /' &`,
    ]);
  });

  it('are free when only this cloud, or another id, is heard', () => {
    const ours =
      '51 192.0.2.12 51\n51 192.0.2.7 99\n52 203.0.113.12 52\n52 203.0.113.7 51\n51 done\n52 done\n';
    expect(judge(ours)).toMatchObject({ ok: true, sentence: 'heard nobody else announce 51 or 52' });
  });

  it('are not when another machine announces one of them', () => {
    expect(judge('51 192.0.2.7 51\n51 done\n52 done\n')).toEqual({
      ok: false,
      sentence:
        '192.0.2.7 announces virtual router 51 too; set ha.virtual_router_id to a number that is free on this network',
    });
  });

  it('are not known when the listening failed', () => {
    expect(judge('51 done\n')).toMatchObject({ ok: false, evidence: 'perl: not found' });
  });
});
