import type { CommandContext } from '../command.ts';
import { drawRun } from './drawRun.ts';
import { problemBlock, problemKey } from './lines.ts';
import { liveRegion } from './liveRegion.ts';
import { formatRecap } from './recap.ts';
import type { Renderer } from './renderer.ts';
import { emptyView, follow } from './runView.ts';

/** The view for a terminal: steps with their hosts, what is being done and waited for; problems and recap at the end. */
export function liveRenderer(context: CommandContext): Renderer {
  const { terminal } = context;
  const view = emptyView();
  const reported = new Set<string>();
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
    reported,
    take(event) {
      follow(view, event);
      if ('problem' in event) reported.add(problemKey(event.problem));
      if (event.type === 'run-finished') end();
    },
    end,
  };
}
