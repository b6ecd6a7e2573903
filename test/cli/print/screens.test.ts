import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { formatPing } from '../../../src/cli/print/ping.ts';
import { formatPlan } from '../../../src/cli/print/plan.ts';
import { ago, formatStatus } from '../../../src/cli/print/status.ts';
import { formatToolbox } from '../../../src/cli/print/toolbox.ts';
import { historyOf } from '../../../src/engine/journal.ts';
import { problem } from '../../../src/errors/problem.ts';
import type { PingAnswer } from '../../../src/hosts/ping.ts';
import { failedRun } from './events.ts';

const colors = pc.createColors(false);
const unreachable = problem('HOST_UNREACHABLE', { details: { host: 'compute1' } });
const answers: readonly PingAnswer[] = [
  {
    host: 'control1',
    milliseconds: 240,
    ok: true,
    release: 'debian trixie',
    clockOffsetSeconds: -0.013,
    clockTooFar: false,
  },
  {
    host: 'control2',
    milliseconds: 310,
    ok: true,
    release: 'debian trixie',
    clockOffsetSeconds: 75.4,
    clockTooFar: true,
  },
  { host: 'compute1', milliseconds: 10_000, ok: false, problem: unreachable },
];
const toolbox = {
  ok: false,
  tables: [
    {
      name: 'volume-services',
      title: 'Volume services',
      columns: ['binary', 'host', 'state'],
      rows: [{ binary: 'cinder-volume', host: 'trial@ceph', state: 'up' }],
    },
    { name: 'network-agents', title: 'Network agents', columns: ['type', 'alive'], rows: [] },
  ],
  verdicts: [
    { subject: 'Volume services', ok: true, sentence: '1 service is up' },
    { subject: 'Network agents', ok: false, sentence: 'no agent on control1' },
    { subject: 'Hypervisors', ok: false, sentence: 'no agent on control1' },
  ],
};

describe('screens', () => {
  it('ping', async () => {
    await expect(formatPing(answers, colors)).toMatchFileSnapshot('golden/ping.txt');
  });

  it('toolbox', async () => {
    await expect(formatToolbox(toolbox, colors)).toMatchFileSnapshot('golden/toolbox.txt');
  });

  it('plan, by step, host and resource, hosts together', async () => {
    const change = { resource: 'x', summary: 'write /etc/hosts' };
    const changes = [
      { ...change, step: 'preflight', host: 'control1', difference: '@@ -1 +1,2 @@\n a\n+b' },
      { ...change, step: 'preflight', host: 'compute1' },
      { ...change, step: 'preflight', host: 'control1', summary: 'set net.ipv4.ip_forward to 1' },
      { ...change, step: 'image', host: 'control1', summary: 'start glance-api' },
      {
        ...change,
        resource: 'control1/database:heat',
        step: 'removal',
        host: 'control1',
        summary: 'drop database heat',
        loses: 'database heat',
        refused: true as const,
      },
    ];
    await expect(formatPlan(changes, colors)).toMatchFileSnapshot('golden/plan.txt');
    expect(formatPlan([], colors)).toContain('Nothing to change');
  });

  it('status, with one cause that speaks through several verdicts said once', async () => {
    const last = failedRun.at(-1)?.at ?? 0;
    const history = historyOf(failedRun);
    const step = (name: string, title: string) => ({
      name,
      title,
      record: history.steps.get(name) ?? ({ state: 'never' } as const),
    });
    const screen = formatStatus(
      {
        cloud: 'trial',
        release: '2025.1',
        version: '0.1.0',
        ...(history.lastRun && { lastRun: history.lastRun }),
        ok: false,
        steps: [
          step('preflight', 'Hosts fit and prepared'),
          step('database', 'MariaDB'),
          step('identity', 'Keystone'),
        ],
        health: { hosts: answers, toolbox },
      },
      colors,
      last + 3_600_000,
    );
    await expect(screen).toMatchFileSnapshot('golden/status.txt');
  });

  it.each([
    [59_000, 'just now'],
    [3_500_000, '58 min ago'],
    [47 * 3_600_000, '47 h ago'],
    [49 * 3_600_000, '2 days ago'],
  ])('%i ms is %s', (milliseconds, words) => {
    expect(ago(milliseconds)).toBe(words);
  });
});
