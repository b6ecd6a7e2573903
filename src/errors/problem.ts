import { catalogue, type ErrorCode } from './catalogue/index.ts';

/** A position in an input file. `line` and `column` count from 1; `length` is in UTF-16 units and at least 1. */
export interface FilePlace {
  readonly kind: 'file';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
  /** The whole line, for the underlined excerpt. Left out where the line holds a secret. */
  readonly text?: string;
}

/** A place in a running cloud. */
export interface CloudPlace {
  readonly kind: 'cloud';
  readonly host?: string;
  readonly step?: string;
  readonly resource?: string;
}

export type Place = FilePlace | CloudPlace;

/**
 * One thing that is wrong, as a value: code, place, and the catalogue's texts filled in.
 * Everything in `details` must be fit for an operator's screen: never put a secret there.
 */
export interface Problem {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  readonly place?: Place;
  readonly what: string;
  readonly why: string;
  readonly next: string;
  /** Further lines worth seeing, such as the last lines of a service's log. */
  readonly evidence?: string;
  /** A likely intended spelling. */
  readonly suggestion?: string;
}

export interface ProblemOptions {
  readonly place?: Place | undefined;
  readonly details?: Readonly<Record<string, string | number>>;
  readonly evidence?: string | undefined;
  readonly suggestion?: string | undefined;
  readonly severity?: 'error' | 'warning';
}

/** Makes a problem from its catalogue entry; placeholders without a detail stay visible, which a test looks for. */
export function problem(code: ErrorCode, options: ProblemOptions = {}): Problem {
  const entry = catalogue[code];
  const fill = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (whole, name: string) => String(options.details?.[name] ?? whole));
  return {
    code,
    severity: options.severity ?? 'error',
    what: fill(entry.what),
    why: fill(entry.why),
    next: fill(entry.next),
    ...(options.place && { place: options.place }),
    ...(options.evidence && { evidence: options.evidence }),
    ...(options.suggestion && { suggestion: options.suggestion }),
  };
}

/** One or more problems, thrown where no value can be returned. The only error class that commands let through. */
export class CloudwrightError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: { cause?: unknown }) {
    super(problems.map((p) => `${p.code}: ${p.what}`).join('\n'), options);
    this.name = 'CloudwrightError';
    this.problems = problems;
  }
}

/** Shorthand for throwing a single problem. */
export function fail(code: ErrorCode, options: ProblemOptions & { cause?: unknown } = {}): never {
  throw new CloudwrightError([problem(code, options)], { cause: options.cause });
}

/** The exit code of a failed command: the first error's. */
export function exitCodeOf(problems: readonly Problem[]): number {
  const first = problems.find((p) => p.severity === 'error');
  return first ? catalogue[first.code].exit : 0;
}
