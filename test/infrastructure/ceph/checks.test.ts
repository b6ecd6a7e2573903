import { describe, expect, it } from 'vitest';
import { hostsWith } from '../../../src/cloud/topology.ts';
import type { Finding } from '../../../src/engine/check.ts';
import { cephChecks } from '../../../src/infrastructure/ceph/checks.ts';
import { threeControls } from '../../steps/clouds.ts';

const context = threeControls();
const osds = hostsWith(context.cloud, 'osd').reduce((sum, host) => sum + host.devices.length, 0);
const [health] = cephChecks(context, ['volumes']);

interface Health {
  readonly status: string;
  readonly codes?: readonly string[];
  readonly up?: number;
  readonly monitors?: readonly string[];
}

function judged({ status, codes = [], up = osds, monitors }: Health): Finding {
  const all = hostsWith(context.cloud, 'mon').map(({ name }) => name);
  const answer = {
    health: {
      status,
      checks: Object.fromEntries(codes.map((code) => [code, { summary: { message: `about ${code}` } }])),
    },
    quorum_names: monitors ?? all,
    osdmap: { num_osds: osds, num_up_osds: up, num_in_osds: osds },
    mgrmap: { available: true },
  };
  return (
    health?.judge({ exitCode: 0, stdout: JSON.stringify(answer), stderr: '' }) ?? expect.fail('no check')
  );
}

describe('the health of Ceph', () => {
  it('is good when Ceph says so and all daemons are there', () => {
    expect(judged({ status: 'HEALTH_OK' }).ok).toBe(true);
    expect(judged({ status: 'HEALTH_OK', up: osds - 1 }).ok).toBe(false);
    expect(judged({ status: 'HEALTH_OK', monitors: ['control1'] }).ok).toBe(false);
  });

  it('is not good with a warning, which the sentence has', () => {
    const warned = judged({ status: 'HEALTH_WARN', codes: ['PG_DEGRADED'] });
    expect(warned).toMatchObject({ ok: false, sentence: expect.stringContaining('about PG_DEGRADED') });
    expect(judged({ status: 'HEALTH_WARN' }).ok).toBe(false);
  });

  it('is good where heartbeats were slow a while ago, and only then', () => {
    const slow = ['OSD_SLOW_PING_TIME_BACK', 'OSD_SLOW_PING_TIME_FRONT'];
    const busy = judged({ status: 'HEALTH_WARN', codes: slow });
    expect(busy).toMatchObject({
      ok: true,
      sentence: expect.stringContaining('about OSD_SLOW_PING_TIME_BACK'),
    });
    expect(judged({ status: 'HEALTH_WARN', codes: [...slow, 'SLOW_OPS'] }).ok).toBe(false);
    expect(judged({ status: 'HEALTH_ERR', codes: slow }).ok).toBe(false);
  });
});
