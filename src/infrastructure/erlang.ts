import { type Text, text } from '../secrets/confidential.ts';

/**
 * Runs Erlang in the broker through its cookie file: twenty milliseconds, where the CLI takes seconds, and a password
 * stands in no argument. `after` continues the command line, e.g. with a pipe.
 */
export function erlang(expression: Text, after = ''): Text {
  return text`runuser -u rabbitmq -- env HOME=/var/lib/rabbitmq erl_call -sname "rabbit@$(hostname -s)" -e <<'ERLANG' ${after}
${expression}
ERLANG`;
}
