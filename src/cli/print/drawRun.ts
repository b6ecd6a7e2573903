import type { Colors } from '../terminal.ts';
import { clock, count, duration, spinner } from './duration.ts';
import type { Activity, CellState, CheckView, RunView, StepView } from './runView.ts';
import { padEnd, printable, truncate, widthOf } from './width.ts';

export interface DrawOptions {
  readonly colors: Colors;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
}

/** A note is shown for this long. */
const NOTE_MILLISECONDS = 10_000;

/** The whole live view as lines, none wider than the terminal and no more than fit on it. */
export function drawRun(view: RunView, options: DrawOptions): string[] {
  const { colors, columns } = options;
  const cells = cellWidth(view, columns);
  const nameWidth = Math.max(12, ...[...view.steps.keys()].map(widthOf));
  const elapsed = clock(options.now - view.startedAt);
  const lines = [
    `${colors.bold(view.cloud)} ${colors.dim('·')} ${view.command} ${colors.dim('·')} ${view.hosts.length > 0 ? `${count(view.hosts.length, 'host')} ${colors.dim('·')} ` : ''}${elapsed}`,
    ...(view.hosts.length > 1 ? [headings(view, nameWidth, cells, colors)] : []),
  ];
  if (isOpening(view)) lines.push(`   ${colors.cyan(spinner(options.now))} ${opening(view)}`);
  const detail = [...view.steps.values()].flatMap((step) => detailLines(view, step, options));
  const room = Math.max(4, options.rows - 2 - lines.length - detail.length);
  for (const step of chosenSteps(view, room)) {
    if (typeof step === 'string') {
      lines.push(colors.dim(`   ${step}`));
      continue;
    }
    lines.push(stepLine(view, step, nameWidth, cells, options));
    lines.push(...detailLines(view, step, options));
  }
  if (showsNote(view, options.now)) {
    const age = clock(options.now - view.noteAt);
    lines.push(colors.dim(` ${printable(view.note)} ${age}`));
  }
  return lines.slice(0, Math.max(4, options.rows - 1)).map((line) => truncate(line, columns - 1));
}

/** A note is shown for a while, and for as long as nothing else happens: it says what the run waits for. */
function showsNote(view: RunView, now: number): boolean {
  if (view.note === '' || view.finished) return false;
  return view.noteAt === view.lastAt || now - view.noteAt < NOTE_MILLISECONDS;
}

/** Before the first step: hosts are reached, and what is there is read. */
function isOpening(view: RunView): boolean {
  return !view.finished && [...view.steps.values()].every((step) => step.state === 'waiting');
}

function opening(view: RunView): string {
  const missing = view.hosts.filter((host) => !view.connected.has(host));
  if (missing.length === 0) return 'reading what is there';
  return `reaching ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`;
}

/** Width of one host's column: its name where all fit into half of the line, else a number. */
function cellWidth(view: RunView, columns: number): number {
  const longest = Math.max(3, ...view.hosts.map(widthOf)) + 1;
  return longest * view.hosts.length <= columns / 2 ? longest : 3;
}

function headings(view: RunView, nameWidth: number, cells: number, colors: Colors): string {
  const named = view.hosts.every((host) => widthOf(host) < cells);
  const words = view.hosts.map((host, index) => padEnd(named ? host : String(index + 1), cells));
  return colors.dim(`   ${' '.repeat(nameWidth)}  ${words.join('')}`);
}

/** Steps that fit into `room` lines: finished ones at the top and waiting ones at the bottom fold into a count first. */
function chosenSteps(view: RunView, room: number): (StepView | string)[] {
  const steps = [...view.steps.values()];
  if (steps.length <= room) return steps;
  const finished = steps.filter((step) => step.state === 'verified' || step.state === 'skipped');
  const others = steps.filter((step) => step.state === 'running' || step.state === 'failed');
  const waiting = steps.filter((step) => step.state === 'waiting');
  const left = Math.max(0, room - others.length - 2);
  const shownFinished = finished.slice(Math.max(0, finished.length - Math.ceil(left / 2)));
  const shownWaiting = waiting.slice(0, Math.max(0, left - shownFinished.length));
  const hiddenFinished = finished.length - shownFinished.length;
  const hiddenWaiting = waiting.length - shownWaiting.length;
  return [
    ...(hiddenFinished > 0 ? [`${count(hiddenFinished, 'step')} done before`] : []),
    ...shownFinished,
    ...others,
    ...shownWaiting,
    ...(hiddenWaiting > 0 ? [`${count(hiddenWaiting, 'step')} more to come`] : []),
  ];
}

function stepLine(
  view: RunView,
  step: StepView,
  nameWidth: number,
  cells: number,
  options: DrawOptions,
): string {
  const { colors } = options;
  const name = padEnd(step.name, nameWidth);
  const matrix =
    view.hosts.length > 1
      ? view.hosts
          .map((host) =>
            padEnd(glyph(step.hosts.has(host) ? step.cells.get(host) : undefined, options), cells),
          )
          .join('')
      : '';
  return ` ${stateMark(step, options)} ${step.state === 'waiting' ? colors.dim(name) : name}  ${matrix}${tail(step, options)}`;
}

function stateMark(step: StepView, options: DrawOptions): string {
  const { colors } = options;
  switch (step.state) {
    case 'verified':
      return colors.green('✓');
    case 'failed':
      return colors.red('✗');
    case 'skipped':
      return colors.dim('–');
    case 'running':
      return colors.cyan(spinner(options.now));
    case 'waiting':
      return colors.dim('·');
  }
}

function glyph(cell: CellState | undefined, options: DrawOptions): string {
  const { colors } = options;
  switch (cell) {
    case 'in-place':
      return colors.green('=');
    case 'changed':
      return colors.yellow('+');
    case 'working':
      return colors.cyan(spinner(options.now));
    case 'failed':
      return colors.red('✗');
    case 'unreachable':
      return colors.red('!');
    case 'idle':
      return colors.dim('·');
    case undefined:
      return ' ';
  }
}

function tail(step: StepView, options: DrawOptions): string {
  const { colors } = options;
  switch (step.state) {
    case 'verified': {
      const verified = colors.dim(`verified in ${duration(step.milliseconds)}`);
      if (step.resources === 0) return verified;
      const what = step.changed > 0 ? colors.yellow(count(step.changed, 'change')) : colors.green('in place');
      return `${what}${colors.dim(',')} ${verified}`;
    }
    case 'failed':
      return colors.red(`failed after ${duration(step.milliseconds)}`);
    case 'skipped':
      return colors.dim(printable(step.reason ?? 'skipped'));
    case 'running':
      if (step.resources === 0) return colors.dim(clock(options.now - step.startedAt));
      return colors.dim(
        `${Math.min(step.settled, step.resources)}/${step.resources}  ${clock(options.now - step.startedAt)}`,
      );
    case 'waiting':
      return '';
  }
}

/** What is shown below a step: all checks of one that consists of checks alone, the activities of a running one. */
function detailLines(view: RunView, step: StepView, options: DrawOptions): string[] {
  if (step.resources === 0 && view.steps.size === 1) {
    return [...step.checks.values()].map((check) => checkLine(check, options));
  }
  return step.state === 'running' ? activityLines(view, step, options) : [];
}

function checkLine(check: CheckView, options: DrawOptions): string {
  const { colors, now } = options;
  const sentence = check.sentence === '' ? '' : `: ${printable(check.sentence).replace(/\n+/g, ' ')}`;
  switch (check.state) {
    case 'running':
      return `   ${colors.cyan(spinner(now))} ${check.title} ${colors.dim(clock(now - check.startedAt))}${sentence}`;
    case 'passed':
      return `   ${colors.green('✓')} ${check.title}${sentence} ${colors.dim(duration(check.milliseconds))}`;
    case 'failed':
      return `   ${colors.red('✗')} ${check.title}${sentence}`;
    case 'skipped':
      return `   ${colors.dim('–')} ${check.title}${colors.dim(sentence)}`;
  }
}

/** At most four activities of a step, the longest running first; waits after work. */
function activityLines(view: RunView, step: StepView, options: DrawOptions): string[] {
  const { colors } = options;
  const own = [...view.activities.values()].filter((activity) => activity.step === step.name);
  own.sort((a, b) => Number(a.waiting) - Number(b.waiting) || a.since - b.since);
  const lines = own.slice(0, 4).map((activity) => activityLine(view, activity, options));
  if (own.length > 4) lines.push(colors.dim(`     and ${own.length - 4} more`));
  return lines;
}

function activityLine(view: RunView, activity: Activity, options: DrawOptions): string {
  const { colors } = options;
  const host = view.hosts.length > 1 ? `${activity.host}: ` : '';
  const age = colors.dim(clock(options.now - activity.since));
  const lead = activity.waiting ? colors.yellow('waiting for ') : '';
  const used = widthOf(`     ${host}${activity.waiting ? 'waiting for ' : ''}`) + 8;
  const oneLine = printable(activity.text).replace(/\n+/g, ' ');
  return `     ${host}${lead}${truncate(oneLine, options.columns - used)} ${age}`;
}
