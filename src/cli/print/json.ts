import type { AppEvent } from '../../app/caller.ts';
import type { Outcome } from '../command.ts';

/** Version of everything that `--json` prints; a change that could break a reader makes a new one. */
export const OUTPUT_VERSION = 1;

/** An event; `version` is that of the output, so the program's version in `run-started` is called `program`. */
export function eventLine(event: AppEvent): string {
  const { version: program, ...rest } = { version: undefined, ...event };
  return `${escaped(JSON.stringify({ version: OUTPUT_VERSION, ...rest, program }))}\n`;
}

/** The last line of a command. */
export function resultLine(command: string, outcome: Outcome): string {
  const { exitCode, data = null } = outcome;
  const result = { version: OUTPUT_VERSION, type: 'result', command, ok: exitCode === 0, exitCode, data };
  return `${escaped(JSON.stringify(result, listed))}\n`;
}

/** What JSON leaves as it is and a terminal obeys: control characters above ASCII, and those that turn text around. */
function escaped(json: string): string {
  return json.replace(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Sets become lists and maps objects: JSON has neither. */
function listed(_key: string, value: unknown): unknown {
  if (value instanceof Set) return [...value];
  return value instanceof Map ? Object.fromEntries(value) : value;
}
