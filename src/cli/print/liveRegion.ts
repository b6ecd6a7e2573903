import type { Terminal } from '../terminal.ts';

/** Ten frames a second at most. */
const FRAME_MILLISECONDS = 100;

/** The lowest lines of a terminal, redrawn in place. */
export interface LiveRegion {
  /** Stops drawing. The last frame stays on the terminal, or goes with `erase`; safe to call twice. */
  end(options?: { readonly erase?: boolean }): void;
}

/**
 * Draws the lines that `lines` gives until it is ended. Each frame is one write, between the marks of a synchronised
 * update, with every line cleared to its end, so that nothing flickers. No line may be wider than the terminal.
 */
export function liveRegion(terminal: Terminal, lines: () => readonly string[]): LiveRegion {
  let drawn = 0;
  let ended = false;

  function draw(frame: readonly string[]): void {
    if (frame.length === 0 && drawn === 0) return;
    const start = drawn > 0 ? `\x1b[${drawn}A` : '\x1b[?25l';
    const body = frame.map((line) => `${line}\x1b[K\n`).join('');
    terminal.out(`\x1b[?2026h${start}\r${body}\x1b[J\x1b[?2026l`);
    drawn = frame.length;
  }

  const timer = setInterval(() => draw(lines()), FRAME_MILLISECONDS);
  const showCursor = (): void => terminal.out('\x1b[?25h');
  process.once('exit', showCursor);

  return {
    end(options = {}) {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      process.removeListener('exit', showCursor);
      draw(options.erase ? [] : lines());
      showCursor();
    },
  };
}
