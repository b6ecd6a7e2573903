import { type Component, pathOf } from '../platform/platform.ts';
import { shellProgram } from '../resources/program.ts';
import { type Text, text } from '../secrets/confidential.ts';
import ask from './rabbitmq/ask.sh';
import { askParameters } from './rabbitmq/ask.ts';

/**
 * Runs Erlang in the broker of the host: 0.2 s, where the CLI takes seconds, and no password is in an argument. `after`
 * continues the command line, e.g. with a pipe.
 */
export function erlang(rabbitmq: Component, expression: Text, after = ''): Text {
  const parameters = askParameters(rabbitmq.user ?? 'root', pathOf(rabbitmq, 'home'));
  return text`${shellProgram([ask, 'ask_node'], parameters)} <<'ERLANG' ${after}
${expression}
ERLANG`;
}
