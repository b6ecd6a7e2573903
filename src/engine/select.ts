import { fail } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import { stepNamed } from './graph.ts';
import type { Step } from './step.ts';

/** What part of a run the operator asked for; everything when empty. */
export interface Selection {
  /** Only these steps. */
  readonly step?: string | readonly string[] | undefined;
  /** This step and those after it in the order of the run. */
  readonly from?: string | undefined;
  readonly skip?: string | readonly string[] | undefined;
  /** Only these hosts' resources and checks. */
  readonly hosts?: readonly string[] | undefined;
}

function listOf(names: string | readonly string[] | undefined): readonly string[] {
  if (names === undefined) return [];
  return typeof names === 'string' ? [names] : names;
}

/** The chosen ones of steps that are in the order of the run. Fails with STEP_UNKNOWN. */
export function selectSteps(steps: readonly Step[], selection: Selection): readonly Step[] {
  const names = steps.map((step) => step.name);
  const only = listOf(selection.step).map((name) => stepNamed(name, names));
  const skip = listOf(selection.skip).map((name) => stepNamed(name, names));
  const from = selection.from === undefined ? 0 : names.indexOf(stepNamed(selection.from, names));
  return steps.filter(
    ({ name }, index) => index >= from && !skip.includes(name) && (only.length === 0 || only.includes(name)),
  );
}

/** The chosen hosts. Fails with HOST_UNKNOWN. */
export function selectHosts(all: readonly string[], selection: Selection): ReadonlySet<string> {
  if (!selection.hosts || selection.hosts.length === 0) return new Set(all);
  for (const host of selection.hosts) {
    if (all.includes(host)) continue;
    fail('HOST_UNKNOWN', { details: { host, known: all.join(', ') }, suggestion: nearest(host, all) });
  }
  return new Set(selection.hosts);
}
