import { relative } from 'node:path';
import type { FilePlace, Place, Problem } from '../../errors/problem.ts';
import type { Colors } from '../terminal.ts';
import { count } from './duration.ts';
import { fitAround } from './excerpt.ts';
import type { PrintContext } from './reader.ts';
import { printable, widthOf, wrap } from './width.ts';

/** Wider lines are hard to read, however wide the terminal is. */
const WIDEST = 110;

export interface ProblemStyle {
  readonly colors: Colors;
  /** Width of the terminal in cells; long lines of a file are shown around the offending text. */
  readonly columns: number;
  /** File names are shown relative to this folder where they lie inside it. */
  readonly folder: string;
}

/** The style of problems on one of the two streams. */
export function styleOf(
  context: Pick<PrintContext, 'terminal' | 'folder'>,
  stream: 'out' | 'err',
): ProblemStyle {
  const { terminal, folder } = context;
  const colors = stream === 'out' ? terminal.colors : terminal.errColors;
  return { colors, columns: Math.min(terminal.columns(), WIDEST), folder };
}

/** `2 errors, 1 warning`. */
export function countProblems(errors: number, warnings: number): string {
  const parts = [
    ...(errors ? [count(errors, 'error')] : []),
    ...(warnings ? [count(warnings, 'warning')] : []),
  ];
  return parts.join(', ');
}

/**
 * One problem as lines: `file:line:column: error CODE: what`, the line with the offending text underlined,
 * the rule, the fix, the suggestion, and the evidence indented.
 */
export function formatProblem(problem: Problem, style: ProblemStyle): string {
  const { colors } = style;
  const place = problem.place && placeName(problem.place, style.folder);
  const severity =
    problem.severity === 'error' ? colors.red(colors.bold('error')) : colors.yellow(colors.bold('warning'));
  const lines = [
    `${place ? `${colors.bold(place)}: ` : ''}${severity} ${colors.bold(problem.code)}: ${printable(problem.what)}`,
  ];
  if (problem.place?.kind === 'file') lines.push(...excerpt(problem.place, style));
  lines.push(...labelled('why', problem.why, style), ...labelled('fix', problem.next, style));
  if (problem.suggestion) {
    lines.push(`  ${colors.cyan('did you mean')} ${colors.bold(printable(problem.suggestion))}?`);
  }
  if (problem.evidence) {
    for (const line of printable(problem.evidence).trimEnd().split('\n'))
      lines.push(`    ${colors.dim(`| ${line}`)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `file:line:column`, or `host, step, resource`. */
export function placeName(place: Place, folder: string): string {
  if (place.kind === 'cloud') {
    const parts = [
      ...(place.host ? [place.host] : []),
      ...(place.step ? [`step ${place.step}`] : []),
      ...(place.resource ? [place.resource] : []),
    ];
    return parts.join(', ');
  }
  const near = relative(folder, place.file);
  const file = near && !near.startsWith('..') ? near : place.file;
  return `${printable(file)}:${place.line}:${place.column}`;
}

function labelled(label: string, text: string, style: ProblemStyle): string[] {
  const indent = `  ${label}: `;
  const lines = wrap(printable(text), Math.max(30, style.columns - indent.length));
  return lines.map((line, index) =>
    index === 0 ? `  ${style.colors.cyan(`${label}:`)} ${line}` : ' '.repeat(indent.length) + line,
  );
}

/** The line of the file and, below it, `^~~~` under the offending text, measured in terminal cells. */
function excerpt(place: FilePlace, style: ProblemStyle): string[] {
  if (place.text === undefined) return [];
  const source = place.text.replace(/[\r\n]+$/, '');
  const start = Math.min(place.column - 1, source.length);
  const end = Math.max(start, Math.min(start + (place.length ?? 1), source.length));
  const number = String(place.line);
  const room = Math.max(20, style.columns - number.length - 6);

  // Of a line of any length, more than this is never shown.
  const most = 4 * room;
  const shown = fitAround(
    printable(source.slice(Math.max(0, start - most), start)),
    printable(source.slice(start, Math.min(end, start + most))),
    printable(source.slice(end, end + most)),
    room,
  );
  const mark = `^${'~'.repeat(Math.max(0, widthOf(shown.marked) - 1))}`;
  const { colors } = style;
  const gutter = ' '.repeat(number.length);
  return [
    `  ${colors.dim(`${number} |`)} ${shown.before}${colors.red(shown.marked)}${shown.after}`,
    `  ${colors.dim(`${gutter} |`)} ${' '.repeat(widthOf(shown.before))}${colors.red(mark)}`,
  ];
}
