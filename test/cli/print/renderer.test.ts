import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { presenterFor, readerFor } from '../../../src/cli/print/presenter.ts';
import { failedRun } from './events.ts';
import { fakeContext } from './fake.ts';

describe('renderers of a run', () => {
  it.each([
    ['plain', {}],
    ['verbose', { verbose: true }],
    ['quiet', { quiet: true }],
  ])('prints %s lines where there is no terminal', async (name, settings) => {
    const context = fakeContext(settings);
    const renderer = readerFor(context);
    for (const event of failedRun) renderer.take(event);
    renderer.end();
    // Notes are not results: beside them on standard error.
    expect(context.written.err).toBe(name === 'plain' ? 'control1 asks for nothing more\n' : '');
    expect(context.written.out).not.toContain('\x1b');
    await expect(context.written.out).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it('colours the plain lines where colours are wanted', async () => {
    const context = fakeContext({}, { color: true });
    const renderer = readerFor(context);
    for (const event of failedRun) renderer.take(event);
    await expect(context.written.out).toMatchFileSnapshot('golden/plain-colors.txt');
  });

  it('prints each event as one line of JSON', () => {
    const { terminal, settings, folder, written } = fakeContext({ json: true });
    const presenter = presenterFor(terminal, settings, folder);
    for (const event of failedRun) presenter.take(event);
    const lines = written.out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      failedRun.map((event) => ({ version: 1, ...event })),
    );
  });
});

describe('the live view', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: failedRun[0]?.at ?? 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('redraws at most ten times a second, each frame in one write, and leaves the recap behind', async () => {
    const context = fakeContext({}, { live: true });
    const writes: string[] = [];
    const out = context.terminal.out.bind(context.terminal);
    const terminal = {
      ...context.terminal,
      out: (text: string) => {
        writes.push(text);
        out(text);
      },
    };
    const renderer = readerFor({ ...context, terminal });
    for (const event of failedRun.slice(0, -3)) renderer.take(event);
    vi.advanceTimersByTime(1000);
    expect(writes.length).toBeGreaterThan(5);
    expect(writes.length).toBeLessThanOrEqual(10);
    const frame = writes.at(-1) ?? '';
    expect(frame.startsWith('\x1b[?2026h\x1b[9A')).toBe(true);
    expect(frame.endsWith('\x1b[?2026l')).toBe(true);
    await expect(frame.replaceAll('\x1b', 'ESC')).toMatchFileSnapshot('golden/live-frame.txt');

    writes.length = 0;
    for (const event of failedRun.slice(-3)) renderer.take(event);
    renderer.end();
    const rest = writes.join('');
    expect(rest).toContain('\x1b[?25h');
    expect(rest).toContain('HOST_UNREACHABLE');
    expect(rest).toContain('Failed after 1 min 02 s');
    expect(rest.match(/Failed after/g)).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
