import type { RunEvent } from '../../app/contracts.ts';
import { formatDifference } from './difference.ts';
import { clock, count, duration } from './duration.ts';
import { problemBlock, stepLineOf } from './lines.ts';
import type { EventReader, PrintContext } from './reader.ts';
import { formatRecap } from './recap.ts';
import { printable } from './width.ts';

/** Every event in words, with the time since the start, and every difference. */
export function verboseReader(context: PrintContext): EventReader {
  const { terminal } = context;
  const { colors } = terminal;
  let startedAt: number | undefined;
  return {
    take(event) {
      startedAt ??= event.at;
      const stamp = colors.dim(clock(event.at - startedAt).padStart(6));
      if (event.type === 'run-finished') {
        terminal.out(`\n${formatRecap(event, colors)}`);
        return;
      }
      const line = sentenceOf(event, context);
      if (line) terminal.out(`${stamp}  ${line}\n`);
      if (event.type === 'change-planned' && event.difference) {
        terminal.out(`${formatDifference(event.difference, colors, 12).join('\n')}\n`);
      }
      if ('problem' in event) {
        terminal.out(problemBlock(event.problem, context));
      }
    },
    end() {},
  };
}

function sentenceOf(event: RunEvent, context: PrintContext): string | undefined {
  const { colors } = context.terminal;
  switch (event.type) {
    case 'run-started':
      return `${event.command} of ${event.cloud}: ${count(event.steps.length, 'step')} on ${count(event.hosts.length, 'host')}, run ${event.run}`;
    case 'host-connected':
      return `${event.host}: reached in ${duration(event.milliseconds)}`;
    case 'host-unreachable':
      return `${event.host}: ${colors.red('unreachable')}`;
    case 'step-started':
      return `${colors.bold(event.step)}: ${event.title}, ${count(event.resources, 'resource')} on ${event.hosts.join(', ')}`;
    case 'change-planned':
      return `${event.step} ${event.host}: ${colors.yellow('will')} ${printable(event.summary)}`;
    case 'change-started':
      return `${event.step} ${event.host}: ${printable(event.summary)} …`;
    case 'change-done':
      return `${event.step} ${event.host}: ${colors.green('did')} ${printable(event.summary)} ${colors.dim(`in ${duration(event.milliseconds)}`)}`;
    case 'change-failed':
      return `${event.step} ${event.host}: ${colors.red('could not')} change ${printable(event.resource)}`;
    case 'resources-in-place':
      return `${event.step} ${event.host}: ${count(event.count, 'resource')} in place`;
    case 'change-waiting':
      return `${event.step} ${event.host}: ${colors.yellow('waiting for')} ${printable(event.sentence)}`;
    case 'check-waiting':
      return `${event.step} ${event.host}: ${colors.yellow('waiting for')} ${event.title}${event.sentence ? `: ${printable(event.sentence)}` : ''}`;
    case 'check-passed':
      return `${event.step} ${event.host}: ${colors.green('✓')} ${event.title}: ${printable(event.sentence)} ${colors.dim(`(${duration(event.milliseconds)})`)}`;
    case 'check-failed':
      return `${event.step} ${event.host}: ${colors.red('✗')} ${event.check}`;
    case 'check-skipped':
      return `${event.step} ${event.host}: ${colors.dim('–')} ${event.title}: ${printable(event.reason)}`;
    case 'problem':
      return undefined;
    case 'note':
      return printable(event.text);
    default:
      return 'step' in event && event.step !== undefined
        ? stepLineOf(event, { title: event.step, checksOnly: false }, colors)?.trimEnd()
        : undefined;
  }
}
