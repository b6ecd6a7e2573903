import pc from 'picocolors';
import type { CommandContext, GlobalSettings } from '../../../src/cli/command.ts';

export interface FakeContext extends CommandContext {
  readonly written: { out: string; err: string };
}

/** A context whose terminal keeps what was printed. */
export function fakeContext(
  settings: Partial<GlobalSettings> = {},
  terminal: {
    readonly live?: boolean;
    readonly columns?: number;
    readonly rows?: number;
    readonly color?: boolean;
  } = {},
): FakeContext {
  const written = { out: '', err: '' };
  const signal = new AbortController().signal;
  return {
    written,
    folder: '/work',
    environment: {},
    signal,
    caller: { signal, environment: {}, emit() {} },
    settings: { json: false, verbose: false, quiet: false, ...settings },
    terminal: {
      out: (text) => {
        written.out += text;
      },
      err: (text) => {
        written.err += text;
      },
      colors: pc.createColors(terminal.color ?? false),
      errColors: pc.createColors(terminal.color ?? false),
      live: terminal.live ?? false,
      asks: false,
      columns: () => terminal.columns ?? 80,
      rows: () => terminal.rows ?? 24,
    },
  };
}
