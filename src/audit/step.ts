import type { Cloud } from '../cloud/cloud.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Step } from '../engine/step.ts';
import { inspections } from './inspections.ts';
import type { Inspection } from './verdict.ts';

export const AUDIT_STEP = 'audit';

/** The cheap part of an audit, as a step of checks that `verify` runs after all others. It changes nothing. */
export function auditStep(steps: readonly Step<Cloud>[]): Step<Cloud> {
  return {
    name: AUDIT_STEP,
    title: 'Audit',
    needs: [],
    // Checks of other steps listen for a moment, to be refused by a client.
    last: true,
    resources: () => [],
    checks: (context) =>
      inspections(context, steps)
        .filter(({ thorough }) => !thorough)
        .map(checkOf),
  };
}

function checkOf({ topic, title, host, script, limitSeconds, judge }: Inspection, index: number): ShellCheck {
  return {
    via: 'shell',
    id: `audit-${topic}-${host}-${index}`,
    title,
    host,
    limitSeconds,
    script,
    judge(result) {
      const verdicts = judge(result);
      const failures = verdicts.filter(({ state }) => state === 'fail');
      const said = failures.length > 0 ? failures : verdicts;
      return { ok: failures.length === 0, sentence: said.map(({ what }) => what).join('; ') };
    },
  };
}
