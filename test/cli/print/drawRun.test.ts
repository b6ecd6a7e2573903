import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { drawRun } from '../../../src/cli/print/drawRun.ts';
import { emptyView, follow } from '../../../src/cli/print/runView.ts';
import { widthOf } from '../../../src/cli/print/width.ts';
import { failedRun } from './events.ts';

const start = failedRun[0]?.at ?? 0;

function viewAfter(events: number) {
  const view = emptyView();
  for (const event of failedRun.slice(0, events)) follow(view, event);
  return view;
}

describe('drawRun', () => {
  it.each([20, 40, 80, 200])('keeps every line inside %i columns, at every point of a run', (columns) => {
    for (let events = 1; events <= failedRun.length; events += 1) {
      const lines = drawRun(viewAfter(events), {
        colors: pc.createColors(true),
        now: start + 3000,
        columns,
        rows: 24,
      });
      for (const line of lines) expect(widthOf(line)).toBeLessThan(columns);
    }
  });

  it('folds steps into counts where the terminal is low', () => {
    const view = emptyView();
    const steps = Array.from({ length: 20 }, (_, index) => `step-${index}`);
    const first = failedRun[0];
    if (first?.type !== 'run-started') throw new Error('the run starts with run-started');
    follow(view, { ...first, steps });
    for (const step of steps.slice(0, 10)) {
      follow(view, { at: start, type: 'step-verified', step, milliseconds: 5, changed: 0 });
    }
    follow(view, {
      at: start,
      type: 'step-started',
      step: 'step-10',
      title: '',
      hosts: ['control1'],
      resources: 3,
    });
    const lines = drawRun(view, { colors: pc.createColors(false), now: start, columns: 80, rows: 12 });
    expect(lines.length).toBeLessThan(12);
    expect(lines.join('\n')).toContain('steps done before');
    expect(lines.join('\n')).toContain('steps more to come');
    expect(lines.join('\n')).toContain('step-10');
  });

  it('says which hosts are still being reached before the first step', () => {
    const at = (events: number) =>
      drawRun(viewAfter(events), { colors: pc.createColors(false), now: start, columns: 80, rows: 24 }).join(
        '\n',
      );
    expect(at(1)).toContain('reaching control1, compute1');
    expect(at(2)).toContain('reaching compute1');
    expect(at(3)).toContain('reading what is there');
    expect(at(4)).not.toContain('reading what is there');
  });

  it('names what is being done and what is waited for', () => {
    const lines = drawRun(viewAfter(15), {
      colors: pc.createColors(false),
      now: start + 9000,
      columns: 120,
      rows: 30,
    });
    const text = lines.join('\n');
    expect(text).toContain('control1: start mariadb 0:07');
    expect(text).toContain(
      'control1: waiting for Galera is synced: wsrep_local_state_comment is Joining 0:07',
    );
  });

  it('keeps a note while nothing else happens, with the time since then', () => {
    const view = viewAfter(4);
    const at = start + 1000;
    follow(view, { at, type: 'note', text: 'Waiting for Keystone' });
    const text = (now: number): string =>
      drawRun(view, { colors: pc.createColors(false), now, columns: 80, rows: 24 }).join('\n');
    expect(text(at + 65_000)).toContain('Waiting for Keystone 1:05');
    follow(view, { at: at + 1, type: 'resources-in-place', step: 'preflight', host: 'control1', count: 1 });
    expect(text(at + 5_000)).toContain('Waiting for Keystone 0:05');
    expect(text(at + 65_000)).not.toContain('Waiting for Keystone');
  });
});
