import { fail } from '../errors/problem.ts';
import { checkInterrupted } from './interrupt.ts';

export interface WaitOptions {
  /** 50 by default. */
  readonly everyMilliseconds?: number;
  /** What to show when the limit passes. */
  readonly evidence?: () => Promise<string>;
}

/** Waits until `holds` is true. Rejects with SYSTEM_WAIT_TIMEOUT after the limit, SYSTEM_INTERRUPTED on abort. */
export async function waitFor(
  condition: string,
  holds: () => Promise<boolean> | boolean,
  limitSeconds: number,
  options: WaitOptions = {},
): Promise<void> {
  const end = Date.now() + limitSeconds * 1000;
  while (!(await holds())) {
    checkInterrupted(`wait for ${condition}`);
    if (Date.now() > end) {
      fail('SYSTEM_WAIT_TIMEOUT', {
        details: { condition, seconds: limitSeconds },
        evidence: await options.evidence?.(),
      });
    }
    await new Promise((wake) => setTimeout(wake, options.everyMilliseconds ?? 50));
  }
}
