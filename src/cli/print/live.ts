import type { CommandContext } from '../command.ts';
import { drawRun } from './drawRun.ts';
import { problemBlock, problemKey } from './lines.ts';
import { formatRecap } from './recap.ts';
import type { Renderer } from './renderer.ts';
import { emptyView, follow } from './runView.ts';

/** Ten frames a second at most. */
const FRAME_MILLISECONDS = 100;

/**
 * The view for a terminal, redrawn in place: each frame is one write, between the marks of a synchronised update,
 * with every line cleared to its end, so that nothing flickers.
 */
export function liveRenderer(context: CommandContext): Renderer {
  const { terminal } = context;
  const view = emptyView();
  const reported = new Set<string>();
  let drawn = 0;
  let ended = false;

  function draw(): void {
    if (view.startedAt === 0) return;
    const lines = drawRun(view, {
      colors: terminal.colors,
      now: Date.now(),
      columns: terminal.columns(),
      rows: terminal.rows(),
    });
    const up = drawn > 0 ? `\x1b[${drawn}A` : '\x1b[?25l';
    const body = lines.map((line) => `${line}\x1b[K\n`).join('');
    terminal.out(`\x1b[?2026h${up}\r${body}\x1b[J\x1b[?2026l`);
    drawn = lines.length;
  }

  const timer = setInterval(draw, FRAME_MILLISECONDS);
  const showCursor = (): void => terminal.out('\x1b[?25h');
  process.once('exit', showCursor);

  function end(): void {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    process.removeListener('exit', showCursor);
    draw();
    if (drawn > 0) showCursor();
    for (const problem of view.problems) terminal.out(`\n${problemBlock(problem, context)}`);
    if (view.finished) {
      terminal.out(`\n${formatRecap({ at: 0, type: 'run-finished', ...view.finished }, terminal.colors)}`);
    }
  }

  return {
    reported,
    take(event) {
      follow(view, event);
      if ('problem' in event) reported.add(problemKey(event.problem));
      if (event.type === 'run-finished') end();
    },
    end,
  };
}
