import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { joinTexts, type Text } from '../secrets/confidential.ts';
import { fileNameFor, lines, quote, STATE_DIRECTORY, subshell, touch } from './shell.ts';

export interface CommandDefinition {
  /** What it does: `form the Galera cluster`. */
  readonly doing: string;
  /** Shell that exits 0 when nothing is to be done; must not change anything and must be quick. */
  readonly unless: Text;
  /** Shell that does it; `set -e` works in it; anything but exit 0 is a failure. */
  readonly script: Text;
  readonly limitSeconds: number;
}

export interface CommandDesired extends CommandDefinition {
  readonly stamp: string;
  readonly watching: boolean;
}

export interface CommandState {
  readonly done: boolean;
  readonly stamp: boolean;
}

/**
 * The body in a subshell of its own, with nothing to read. It goes to the background and is waited for, since a
 * shell ignores `set -e` wherever the result of what it runs is tested, but not in the background.
 */
function isolated(body: Text, output = ''): Text {
  return lines('{', subshell(body), `} </dev/null ${output} &`, 'wait $!');
}

export const commandKind: ShellKind<CommandDesired, CommandState> = {
  via: 'shell',
  name: 'command',
  batch: false,
  // A guard may ask a database or a cluster.
  spread: true,
  read: (items) =>
    joinTexts(
      items.map((item, index) =>
        lines(
          isolated(item.unless, '>/dev/null 2>&1'),
          `printf 'U %s %s ' ${index} $?; if [ -e ${quote(item.stamp)} ]; then echo stamp; else echo none; fi`,
        ),
      ),
      '\n',
    ),
  parse(output, items) {
    const answers = new Map<number, CommandState>();
    for (const line of output.split('\n')) {
      const found = /^U (\d+) (\d+) (stamp|none)$/.exec(line);
      if (found) answers.set(Number(found[1]), { done: found[2] === '0', stamp: found[3] === 'stamp' });
    }
    return items.map((_, index) => answers.get(index) ?? { done: false, stamp: false });
  },
  compare(desired, state, { touched }): Change | undefined {
    if (state.done && !touched && (state.stamp || !desired.watching)) return undefined;
    return {
      summary: desired.doing,
      script: subshell(
        isolated(desired.script),
        'code=$?; if [ $code -ne 0 ]; then exit $code; fi',
        ...(desired.watching ? [touch(desired.stamp)] : []),
        'exit 0',
      ),
      limitSeconds: desired.limitSeconds,
    };
  },
  beforeWatched: (desired) => `rm -f ${quote(desired.stamp)}`,
};

/** A guarded command; one that watches others also acts when they have changed. */
export function command(
  host: string,
  name: string,
  definition: CommandDefinition,
  options: ResourceOptions = {},
): Resource {
  const desired: CommandDesired = {
    ...definition,
    stamp: `${STATE_DIRECTORY}/commands/${fileNameFor(name)}`,
    watching: (options.watches ?? []).length > 0,
  };
  return resource(commandKind, host, name, desired, options);
}
