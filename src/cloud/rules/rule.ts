import type { ErrorCode } from '../../errors/catalogue/index.ts';
import { type Problem, type ProblemOptions, problem } from '../../errors/problem.ts';
import type { Path } from '../document.ts';
import type { Draft } from '../draft.ts';
import type { DraftedHost } from '../expand.ts';
import type { ConfigurationTables } from '../services.ts';

/** What a rule looks at: the draft and its single hosts. Sections with errors of their own are absent. */
export interface RuleContext {
  readonly draft: Draft;
  readonly hosts: readonly DraftedHost[];
  /** Whether every host entry could be read, so that counting hosts makes sense. */
  readonly allHosts: boolean;
  /** What `config:` is checked against. */
  readonly tables: ConfigurationTables;
}

/** One thing that values of a description must be to one another. */
export type Rule = (context: RuleContext) => readonly Problem[];

type Details = NonNullable<ProblemOptions['details']>;

/** A problem at the value of the path. */
export function at(context: RuleContext, path: Path, code: ErrorCode, details: Details = {}): Problem {
  return problem(code, { place: context.draft.at(path), details });
}

/** A problem at the key of the path. */
export function atKey(context: RuleContext, path: Path, code: ErrorCode, details: Details = {}): Problem {
  return problem(code, { place: context.draft.keyAt(path), details });
}

/** The same as a warning: the cloud can be built as described. */
export function warning(problem: Problem): Problem {
  return { ...problem, severity: 'warning' };
}
