import type { Problem } from '../../errors/problem.ts';
import type { Terminal } from '../terminal.ts';
import { problemKey } from './lines.ts';
import type { Renderer } from './renderer.ts';

/** Each event as it is, one JSON object a line. */
export function jsonRenderer(terminal: Terminal): Renderer {
  const reported = new Set<string>();
  return {
    reported,
    take(event) {
      terminal.out(`${JSON.stringify(event)}\n`);
      if ('problem' in event) reported.add(problemKey(event.problem satisfies Problem));
    },
    end() {},
  };
}
