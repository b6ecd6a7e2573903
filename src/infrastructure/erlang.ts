import { type Component, pathOf } from '../platform/platform.ts';
import { type Text, text } from '../secrets/confidential.ts';

/**
 * Runs Erlang in the broker through its cookie file: twenty milliseconds, where the CLI takes seconds, and no password
 * is in an argument. `after` continues the command line, e.g. with a pipe.
 */
export function erlang(rabbitmq: Component, expression: Text, after = ''): Text {
  const home = pathOf(rabbitmq, 'home');
  return text`runuser -u ${rabbitmq.user ?? 'root'} -- env HOME=${home} erl_call -sname "rabbit@$(hostname -s)" -e <<'ERLANG' ${after}
${expression}
ERLANG`;
}
