import { drawRun } from './drawRun.ts';
import { problemBlock } from './lines.ts';
import { liveRegion } from './liveRegion.ts';
import type { EventReader, PrintContext } from './reader.ts';
import { formatRecap } from './recap.ts';
import { emptyView, follow } from './runView.ts';

/** The view for a terminal: steps with their hosts, what is being done and waited for; problems and recap at the end. */
export function liveReader(context: PrintContext): EventReader {
  const { terminal } = context;
  const view = emptyView();
  let ended = false;
  const region = liveRegion(terminal, () => {
    if (view.startedAt === 0) return [];
    return drawRun(view, {
      colors: terminal.colors,
      now: Date.now(),
      columns: terminal.columns(),
      rows: terminal.rows(),
    });
  });

  function end(): void {
    if (ended) return;
    ended = true;
    region.end();
    for (const problem of view.problems) terminal.out(`\n${problemBlock(problem, context)}`);
    if (view.finished) {
      terminal.out(`\n${formatRecap({ at: 0, type: 'run-finished', ...view.finished }, terminal.colors)}`);
    }
  }

  return {
    take(event) {
      follow(view, event);
      if (event.type === 'run-finished') end();
    },
    end,
  };
}
