import type { Verdict } from '../../app/contracts.ts';
import type { Colors } from '../terminal.ts';
import { count } from './duration.ts';
import { formatTable } from './table.ts';
import { printable } from './width.ts';

/** Failures first, then warnings, then what is well; below them what to do next, each sentence once. */
const ORDER = ['fail', 'warning', 'pass'] as const;

export function formatAudit(verdicts: readonly Verdict[], colors: Colors): string {
  const paint = { fail: colors.red, warning: colors.yellow, pass: colors.green } as const;
  const sorted = ORDER.flatMap((state) => verdicts.filter((verdict) => verdict.state === state));
  const rows = sorted.map(({ state, where, topic, what }) => [
    paint[state](state),
    printable(where),
    topic,
    printable(what),
  ]);
  const next = [...new Set(sorted.flatMap((verdict) => verdict.next ?? []))];
  const advice = next.length > 0 ? `\nNext:\n${next.map((line) => `  ${printable(line)}\n`).join('')}` : '';
  const of = (state: Verdict['state']): number => verdicts.filter((one) => one.state === state).length;
  const sum = `${count(of('fail'), 'failure')}, ${count(of('warning'), 'warning')}, ${of('pass')} passed\n`;
  return `${formatTable(['verdict', 'where', 'about', 'what'], rows, { colors })}${advice}\n${sum}`;
}
