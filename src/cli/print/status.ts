import type { StepRecord } from '../../app/contracts.ts';
import type { Health, Status } from '../../app/status.ts';
import type { Colors } from '../terminal.ts';
import { count, duration } from './duration.ts';
import { formatPing } from './ping.ts';
import { formatTable } from './table.ts';
import { printable } from './width.ts';

/** One screen: what was done, when, by which version, and how the cloud is. `now`: milliseconds since the epoch. */
export function formatStatus(status: Status, colors: Colors, now: number): string {
  const head = `${colors.bold(status.cloud)}: OpenStack ${status.release}, Cloudwright ${status.version}\n${lastRun(status, colors, now)}`;
  const rows = status.steps.map(({ name, title, record }) => [
    stateOf(record, colors),
    name,
    title,
    record.at === undefined ? '' : ago(now - record.at),
  ]);
  const steps = formatTable(['', 'step', 'title', 'when'], rows, { colors });
  return [head, steps, ...(status.health ? [healthOf(status.health, colors)] : [])].join('\n');
}

function lastRun(status: Status, colors: Colors, now: number): string {
  const { lastRun: run, owner } = status;
  if (owner)
    return `${colors.cyan('Running:')} ${owner.command} by ${owner.user}, process ${owner.pid}, since ${owner.since}\n`;
  if (!run) return 'Never applied. Apply the description: cloudwright apply\n';
  const words = {
    done: colors.green('done'),
    failed: colors.red('failed'),
    interrupted: colors.yellow('interrupted'),
    unfinished: colors.yellow('ended without finishing'),
  };
  const took = run.finishedAt === undefined ? '' : ` in ${duration(run.finishedAt - run.startedAt)}`;
  const changed = run.changed === undefined ? '' : `, ${count(run.changed, 'change')}`;
  return `Last run: ${run.command}, ${ago(now - run.startedAt)}, ${words[run.outcome]}${took}${changed}, by version ${run.version}\n`;
}

function stateOf(record: StepRecord, colors: Colors): string {
  switch (record.state) {
    case 'verified':
      return colors.green('✓');
    case 'failed':
      return colors.red('✗');
    case 'started':
      return colors.yellow('~');
    default:
      return colors.dim('·');
  }
}

function healthOf(health: Health, colors: Colors): string {
  // One cause often leads to several verdicts with the same sentence, which is printed once.
  const bySentence = new Map<string, { ok: boolean; subjects: string[] }>();
  for (const { ok, sentence, subject } of health.toolbox?.verdicts ?? []) {
    const known = bySentence.get(sentence);
    if (known) known.subjects.push(subject);
    else bySentence.set(sentence, { ok, subjects: [subject] });
  }
  const lines = [...bySentence].map(
    ([sentence, { ok, subjects }]) =>
      `${ok ? colors.green('✓') : colors.red('✗')} ${subjects.join(', ')}: ${printable(sentence)}\n`,
  );
  return `${formatPing(health.hosts, colors)}${lines.length > 0 ? '\n' : ''}${lines.join('')}`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${count(Math.floor(minutes / 60 / 24), 'day')} ago`;
}
