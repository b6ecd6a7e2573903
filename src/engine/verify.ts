import { setTimeout as pause } from 'node:timers/promises';
import { type Problem, problem } from '../errors/problem.ts';
import { sideBySide } from '../hosts/bundle.ts';
import type { Check, Finding, ShellCheck } from './check.ts';
import { problemsOf, type World } from './world.ts';

export interface VerifyOptions {
  readonly step: string;
  readonly signal?: AbortSignal | undefined;
  /** Seconds that a check is given at most, whatever its own limit; for looking without having changed anything. */
  readonly atMostSeconds?: number;
}

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 1000;
/** Seconds that one look may take; a look that hangs counts as not yet true. */
const PROBE_LIMIT = 90;

interface Watch {
  readonly check: Check;
  readonly began: number;
  readonly limit: number;
  said: string;
}

/**
 * Looks at each check until it is true or its limit has passed, and tells what it waits for. Checks of one host
 * share requests. Resolves to the problems; none when all came true. An abort ends the waiting with no verdict.
 */
export async function verifyChecks(
  world: World,
  checks: readonly Check[],
  options: VerifyOptions,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const began = Date.now();
  const watches = checks.map((check): Watch => {
    const limit = Math.min(check.limitSeconds, options.atMostSeconds ?? Number.POSITIVE_INFINITY);
    return { check, began, limit, said: '' };
  });
  const groups = new Map<string, Watch[]>();
  for (const [index, watch] of watches.entries()) {
    const place = watch.check.via === 'api' ? ` api ${index}` : watch.check.host;
    groups.set(place, [...(groups.get(place) ?? []), watch]);
  }
  const unsettled = new Set(checks.map((check) => check.id));
  const failed = new Set<string>();
  await Promise.all([...groups.values()].map((group) => untilTrue(group)));
  return problems;

  async function untilTrue(group: readonly Watch[]): Promise<void> {
    let open = group;
    let wait = FIRST_PAUSE;
    while (open.length > 0 && !options.signal?.aborted) {
      // What a check stands on has failed: that one says it, and this one has no verdict.
      open = open.filter(({ check }) => !check.after?.some((id) => failed.has(id)));
      const due = open.filter(({ check }) => !check.after?.some((id) => unsettled.has(id)));
      const findings = await look(world, due);
      const done = new Set(due.filter((watch, index) => settled(watch, findings[index] ?? nothingSeen())));
      open = open.filter((watch) => !done.has(watch));
      if (open.length === 0) return;
      await pause(wait, undefined, options.signal && { signal: options.signal }).catch(() => {});
      wait = Math.min(LONGEST_PAUSE, wait * 1.5);
    }
  }

  /** Tells what was seen; true when the check needs no further look. */
  function settled(watch: Watch, finding: Finding): boolean {
    const { check } = watch;
    const milliseconds = Date.now() - watch.began;
    const about = { step: options.step, check: check.id, host: check.host };
    if (finding.ok) {
      unsettled.delete(check.id);
      world.count(check.host, 'ok');
      world.emit({
        type: 'check-passed',
        ...about,
        title: check.title,
        sentence: finding.sentence,
        milliseconds,
      });
      return true;
    }
    const lost = 'lost' in finding ? (finding as Lost).lost : undefined;
    if (lost || milliseconds >= watch.limit * 1000) {
      const reason =
        lost ??
        problem('CHECK_FAILED', {
          place: { kind: 'cloud', host: check.host, step: options.step, resource: check.id },
          details: {
            title: check.title,
            sentence: finding.sentence,
            seconds: watch.limit,
            step: options.step,
          },
          evidence: finding.evidence,
        });
      unsettled.delete(check.id);
      failed.add(check.id);
      world.count(check.host, lost ? 'unreachable' : 'failed');
      world.emit({ type: 'check-failed', ...about, problem: reason });
      problems.push(reason);
      return true;
    }
    if (finding.sentence !== watch.said) {
      watch.said = finding.sentence;
      world.emit({ type: 'check-waiting', ...about, title: check.title, sentence: finding.sentence });
    }
    return false;
  }
}

/** No further look can help: the host is gone. */
interface Lost extends Finding {
  readonly lost: Problem;
}

function nothingSeen(): Finding {
  return { ok: false, sentence: 'no answer' };
}

/** One look at checks of one host, or at one check of the API. Never rejects. */
async function look(world: World, watches: readonly Watch[]): Promise<readonly Finding[]> {
  const [first] = watches;
  if (!first) return [];
  try {
    if (first.check.via === 'api') return [await first.check.probe(await world.api())];
    const shell = watches.map(({ check }) => check as ShellCheck);
    const bundle = sideBySide(shell.map((check) => check.script));
    const connection = await world.connections.get(first.check.host);
    const result = await connection.run({
      script: bundle.script,
      limitSeconds: PROBE_LIMIT,
      doing: shell.length === 1 ? first.check.title : `${shell.length} checks`,
    });
    const pieces = bundle.split(result);
    return shell.map((check, index) => {
      const piece = pieces[index];
      return piece
        ? judge(check, piece)
        : { ...nothingSeen(), ...(result.stderr && { evidence: result.stderr }) };
    });
  } catch (error) {
    const [reason] = problemsOf(error, { kind: 'cloud', host: first.check.host });
    const { what: sentence = 'no answer', evidence } = reason ?? {};
    const lost = first.check.via === 'shell' && reason?.code === 'HOST_LOST' ? { lost: reason } : {};
    return watches.map(() => ({ ok: false, sentence, ...(evidence !== undefined && { evidence }), ...lost }));
  }
}

function judge(check: ShellCheck, result: Parameters<ShellCheck['judge']>[0]): Finding {
  try {
    return check.judge(result);
  } catch (error) {
    const sentence = `its answer makes no sense: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, sentence, evidence: `${result.stdout}\n${result.stderr}`.trim() };
  }
}
