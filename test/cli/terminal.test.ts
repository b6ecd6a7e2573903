import { describe, expect, it } from 'vitest';
import { terminalOf } from '../../src/cli/terminal.ts';

function colored(environment: Record<string, string>, isTTY: boolean, color = true): boolean {
  const stream = { write: () => true, isTTY };
  return terminalOf({ out: stream, err: stream, input: {}, environment, color }).colors.isColorSupported;
}

describe('colours', () => {
  it.each<[string, Record<string, string>, boolean, boolean, boolean]>([
    ['on a terminal', {}, true, true, true],
    ['not in a pipe', {}, false, true, false],
    ['not with NO_COLOR', { NO_COLOR: '1' }, true, true, false],
    ['with an empty NO_COLOR, which counts as unset', { NO_COLOR: '' }, true, true, true],
    ['not with --no-color', {}, true, false, false],
    ['not on a dumb terminal', { TERM: 'dumb' }, true, true, false],
    ['in a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, false, true, true],
    ['not with both FORCE_COLOR and NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, true, true, false],
  ])('%s', (_name, environment, isTTY, color, expected) => {
    expect(colored(environment, isTTY, color)).toBe(expected);
  });
});

describe('a terminal', () => {
  it('asks only where both the input and standard error are terminals', () => {
    const tty = { write: () => true, isTTY: true };
    const pipe = { write: () => true };
    const make = (err: typeof pipe, input: { isTTY?: boolean }) =>
      terminalOf({ out: pipe, err, input, environment: {}, color: true });
    expect(make(tty, { isTTY: true }).asks).toBe(true);
    expect(make(tty, {}).asks).toBe(false);
    expect(make(pipe, { isTTY: true }).asks).toBe(false);
    expect(make(pipe, {}).columns()).toBe(80);
    expect(make({ ...tty, columns: 0 } as typeof tty, {}).columns()).toBe(80);
  });
});
