import type { AppEvent } from '../../app/caller.ts';
import type { Outcome } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { eventLine, resultLine } from './json.ts';
import { liveReader } from './live.ts';
import { plainReader } from './plain.ts';
import { countProblems, formatProblem, styleOf } from './problems.ts';
import type { EventReader, PrintContext } from './reader.ts';
import { verboseReader } from './verbose.ts';
import { printable } from './width.ts';

/** Prints what a command emits, and its outcome. */
export interface Presenter {
  take(event: AppEvent): void;
  /** Ends what is drawn and prints the outcome. */
  finish(command: string, outcome: Outcome): void;
}

export function presenterFor(
  terminal: Terminal,
  settings: PrintContext['settings'],
  folder: string,
): Presenter {
  return settings.json ? jsonPresenter(terminal) : textPresenter({ terminal, settings, folder });
}

/** Every event as a line of JSON, and the result as the last one. */
function jsonPresenter(terminal: Terminal): Presenter {
  return {
    take: (event) => terminal.out(eventLine(event)),
    finish: (command, outcome) => terminal.out(resultLine(command, outcome)),
  };
}

function textPresenter(context: PrintContext): Presenter {
  const { terminal, settings } = context;
  let run: EventReader | undefined;
  /** Problems that were printed outside a run. */
  const printed = { error: 0, warning: 0 };

  function outsideRun(event: AppEvent): void {
    if (event.type === 'note' && !settings.quiet) {
      terminal.err(`${terminal.errColors.dim(printable(event.text))}\n`);
    }
    if (!('problem' in event)) return;
    if (printed.error + printed.warning > 0) terminal.err('\n');
    printed[event.problem.severity] += 1;
    terminal.err(formatProblem(event.problem, styleOf(context, 'err')));
  }

  return {
    take(event) {
      if (event.type === 'run-started') {
        run?.end();
        run = readerFor(context);
      }
      if (!run) return outsideRun(event);
      run.take(event);
      if (event.type === 'run-finished') {
        run.end();
        run = undefined;
      }
    },
    finish(_command, outcome) {
      run?.end();
      const { error, warning } = printed;
      if (error + warning > 1) terminal.err(`\n${terminal.errColors.bold(countProblems(error, warning))}\n`);
      const prints = !settings.quiet || outcome.essential || outcome.exitCode !== 0;
      if (outcome.text && prints && error + warning > 0) terminal.err('\n');
      if (outcome.text && prints) terminal.out(outcome.text());
    },
  };
}

/** Every change where verbose, the live view on a terminal, plain lines elsewhere. */
export function readerFor(context: PrintContext): EventReader {
  const { settings, terminal } = context;
  if (settings.verbose) return verboseReader(context);
  if (terminal.live && !settings.quiet) return liveReader(context);
  return plainReader(context);
}
