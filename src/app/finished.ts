import type { RunResult } from '../engine/run.ts';
import { exitCodeOf, type Problem } from '../errors/problem.ts';
import { type Caller, emitProblems } from './caller.ts';

/** A run that has ended. Its problems were events. */
export type FinishedRun = Omit<RunResult, 'problems'> & { readonly exitCode: number };

export interface WatchedCaller {
  readonly caller: Caller;
  /** Emits those of `problems` that no event carried, and gives the exit code of all; 0 without problems. */
  exitCode(problems: readonly Problem[]): number;
}

/** A caller whose problems are noted, so that each is emitted once. */
export function watchProblems(caller: Caller): WatchedCaller {
  const seen: Problem[] = [];
  const keys = new Set<string>();
  const watching: Caller = {
    ...caller,
    emit(event) {
      if ('problem' in event) {
        seen.push(event.problem);
        keys.add(keyOf(event.problem));
      }
      caller.emit(event);
    },
  };
  return {
    caller: watching,
    exitCode(problems) {
      emitProblems(
        watching,
        problems.filter((one) => !keys.has(keyOf(one))),
      );
      return exitCodeOf(seen);
    },
  };
}

/** 0 done, 3 interrupted, else that of the first problem. */
export function finished(result: RunResult, watched: WatchedCaller): FinishedRun {
  const { problems, ...run } = result;
  const code = watched.exitCode(problems);
  if (run.outcome === 'done') return { ...run, exitCode: 0 };
  return { ...run, exitCode: run.outcome === 'interrupted' ? 3 : code || 1 };
}

function keyOf(problem: Problem): string {
  return JSON.stringify([problem.code, problem.place, problem.what]);
}
