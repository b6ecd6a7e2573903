import type { Decision, Member } from '../../src/engine/resource.ts';

/** A decision in one line: `act control1: form …`, `wait: …`, `refuse CODE control2`, `nothing`. */
export function outcome(decision: Decision): string {
  switch (decision.do) {
    case 'nothing':
      return 'nothing';
    case 'act':
      return `act ${decision.host}: ${decision.change.summary}`;
    case 'wait':
      return `wait: ${decision.waitFor}`;
    case 'refuse': {
      const { code, place } = decision.problem;
      return `refuse ${code}${place?.kind === 'cloud' ? ` ${place.host}` : ''}`;
    }
  }
}

export const unreachable = { reachable: false, reason: 'no route to host' } as const;

export function reachable<State>(state: State): Member<State> {
  return { reachable: true, state };
}

/** Every order of a few values: a decision must not depend on a member's place in the description. */
export function orders<T>(values: readonly T[]): readonly (readonly T[])[] {
  if (values.length <= 1) return [values];
  return values.flatMap((value, index) =>
    orders([...values.slice(0, index), ...values.slice(index + 1)]).map((rest) => [value, ...rest]),
  );
}
