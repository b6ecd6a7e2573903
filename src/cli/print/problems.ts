import { relative } from 'node:path';
import type { FilePlace, Place, Problem } from '../../errors/problem.ts';
import type { Colors } from '../terminal.ts';
import { count } from './duration.ts';
import { printable, widthOf } from './width.ts';

export interface ProblemStyle {
  readonly colors: Colors;
  /** Width of the terminal in cells; long lines of a file are shown around the offending text. */
  readonly columns: number;
  /** File names are shown relative to this folder where they lie inside it. */
  readonly folder: string;
}

/** Every problem in full, a blank line between two, and a count at the end when there are several. */
export function formatProblems(problems: readonly Problem[], style: ProblemStyle): string {
  const blocks = problems.map((one) => formatProblem(one, style));
  const errors = problems.filter((one) => one.severity === 'error').length;
  const warnings = problems.length - errors;
  if (problems.length > 1) {
    const parts = [
      ...(errors ? [count(errors, 'error')] : []),
      ...(warnings ? [count(warnings, 'warning')] : []),
    ];
    blocks.push(`${style.colors.bold(parts.join(', '))}\n`);
  }
  return blocks.join('\n');
}

/**
 * One problem as lines: `file:line:column: error CODE: what`, the line with the offending text underlined,
 * the rule, the mend, the suggestion, and the evidence indented.
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
  lines.push(...labelled('why', problem.why, style), ...labelled('mend', problem.next, style));
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

/** Breaks at spaces so that no line is wider than `width`, where the words allow. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
        lines.push(line);
        line = word;
        continue;
      }
      line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
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
  let before = printable(source.slice(Math.max(0, start - most), start));
  const offending = printable(source.slice(start, Math.min(end, start + most)));
  let after = printable(source.slice(end, end + most));
  const wanted = Math.min(widthOf(offending), Math.floor(room / 2));
  while (before !== '' && widthOf(before) + wanted > room - 8) {
    before = `…${[...before.replace(/^…/, '')].slice(8).join('')}`;
    if (before === '…') break;
  }
  let shown = offending;
  while (widthOf(before) + widthOf(shown) > room)
    shown = `${[...shown.replace(/…$/, '')].slice(0, -4).join('')}…`;
  const left = room - widthOf(before) - widthOf(shown);
  while (widthOf(after) > left) {
    const characters = [...after.replace(/…$/, '')];
    after = characters.length === 0 ? '' : `${characters.slice(0, -1).join('')}…`;
    if (after === '…' && left < 1) after = '';
  }
  const mark = `^${'~'.repeat(Math.max(0, widthOf(shown) - 1))}`;
  const { colors } = style;
  const gutter = ' '.repeat(number.length);
  return [
    `  ${colors.dim(`${number} |`)} ${before}${colors.red(shown)}${after}`,
    `  ${colors.dim(`${gutter} |`)} ${' '.repeat(widthOf(before))}${colors.red(mark)}`,
  ];
}

/** The form for scripts: the problems as they are, on one line, so that it may close a stream of events. */
export function problemsAsJson(problems: readonly Problem[]): string {
  return `${JSON.stringify({ problems })}\n`;
}
