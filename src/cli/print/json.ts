import type { AppEvent } from '../../app/caller.ts';
import type { Outcome } from '../command.ts';

/** Version of everything that `--json` prints; a change that could break a reader makes a new one. */
export const OUTPUT_VERSION = 1;

export function eventLine(event: AppEvent): string {
  return `${JSON.stringify({ version: OUTPUT_VERSION, ...event })}\n`;
}

/** The last line of a command. */
export function resultLine(command: string, outcome: Outcome): string {
  const { exitCode, data = null } = outcome;
  const result = { version: OUTPUT_VERSION, type: 'result', command, ok: exitCode === 0, exitCode, data };
  return `${JSON.stringify(result, listed)}\n`;
}

/** Sets become lists and maps objects: JSON has neither. */
function listed(_key: string, value: unknown): unknown {
  if (value instanceof Set) return [...value];
  return value instanceof Map ? Object.fromEntries(value) : value;
}
