import { setTimeout as wait } from 'node:timers/promises';
import { problem } from '../errors/problem.ts';
import { sideBySide } from '../hosts/bundle.ts';
import type { ShellResult } from '../hosts/connection.ts';
import { quote } from '../hosts/quote.ts';
import type { ApiCheck, Check, Finding, ShellCheck } from './check.ts';
import { isHostGone, problemsOf, type RunState } from './runState.ts';

export interface VerifyOptions {
  readonly step: string;
  readonly signal?: AbortSignal | undefined;
  /** Seconds that a check is given at most, whatever its own limit; for looking without having changed anything. */
  readonly atMostSeconds?: number;
  /** Seconds that a check may take while it shares a request with others; 5 by default. */
  readonly sharedSeconds?: number;
  /** Waits before the next look; ends early at an abort. For tests. */
  readonly pause?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 1000;
/** Seconds that a check may take while it shares a request with others; one that takes longer goes on alone. */
const SHARED_SECONDS = 5;
/** Seconds that a probe may take at most. */
const LONGEST_PROBE = 90;
/** Checks of a host that run side by side in one request. */
const SIDE_BY_SIDE = 16;
/** Seconds that a request may take longer than the checks in it. */
const MARGIN = 10;
/** The exit code of what `timeout -s KILL` has ended. */
const KILLED = 137;

interface Watch {
  readonly check: Check;
  readonly began: number;
  readonly limit: number;
  said: string;
}

/** What one look at a check gave. */
type Look = Finding | 'too-slow' | 'host-lost';

/**
 * Probes each check until it is true or its limit has passed, and says what it waits for. Quick checks of a host share
 * requests; one that hangs is killed alone and does not delay the others for long. Resolves to whether all came
 * true, those of hosts that are lost left out. An abort ends the waiting with no verdict.
 */
export async function verifyChecks(
  run: RunState,
  checks: readonly Check[],
  options: VerifyOptions,
): Promise<boolean> {
  const { pause = pauseOrAbort } = options;
  const unsettled = new Set(checks.map((check) => check.id));
  /** Failed, or without a verdict as their host is lost. */
  const failed = new Set<string>();
  let passed = true;
  const began = Date.now();
  const shared = new Map<string, Watch[]>();
  const alone: Watch[] = [];
  for (const check of checks) {
    const limit = Math.min(check.limitSeconds, options.atMostSeconds ?? Number.POSITIVE_INFINITY);
    const watch = { check, began, limit, said: '' };
    if (check.via === 'api' || check.thorough) alone.push(watch);
    else shared.set(check.host, [...(shared.get(check.host) ?? []), watch]);
  }
  await Promise.all([
    ...[...shared.values()].map((watches) => untilTrue(watches, options.sharedSeconds ?? SHARED_SECONDS)),
    ...alone.map((watch) => untilTrue([watch])),
  ]);
  return passed;

  async function untilTrue(watches: readonly Watch[], sharedSeconds?: number): Promise<void> {
    const slow: Promise<void>[] = [];
    let open = watches;
    for (let length = FIRST_PAUSE; !options.signal?.aborted; length = Math.min(LONGEST_PAUSE, length * 1.5)) {
      // What a check builds on has failed: that check says so, and this one has no verdict.
      open = open.filter(({ check }) => !check.after?.some((id) => failed.has(id)));
      const due = open.filter(isDue);
      const looks = await lookAt(run, due, sharedSeconds);
      const done = new Set<Watch>();
      for (const [index, watch] of due.entries()) {
        const look = looks[index] ?? nothingSeen();
        if (look === 'host-lost') drop(watch);
        else if (look === 'too-slow') slow.push(untilTrue([watch]));
        else if (!settled(watch, look)) continue;
        done.add(watch);
      }
      open = open.filter((watch) => !done.has(watch));
      if (open.length === 0) break;
      // What this look has made due has not been looked at: there is nothing to wait for.
      const looked = new Set(due);
      if (open.some((watch) => isDue(watch) && !looked.has(watch))) continue;
      await pause(length, options.signal);
    }
    await Promise.all(slow);
  }

  /** What the check builds on has come true. */
  function isDue({ check }: Watch): boolean {
    return !check.after?.some((id) => unsettled.has(id));
  }

  /** The host's own problem has been reported. */
  function drop({ check }: Watch): void {
    unsettled.delete(check.id);
    failed.add(check.id);
    run.count(check.host, 'skipped');
  }

  /** Says what was seen; true when the check needs no further look. */
  function settled(watch: Watch, finding: Finding): boolean {
    const { check } = watch;
    const { sentence, evidence } = finding;
    const milliseconds = Date.now() - watch.began;
    const about = { step: options.step, check: check.id, host: check.host };
    if (finding.ok) {
      unsettled.delete(check.id);
      run.count(check.host, 'ok');
      run.emit({ type: 'check-passed', ...about, title: check.title, sentence, milliseconds });
      return true;
    }
    if (milliseconds >= watch.limit * 1000) {
      const failure = problem('CHECK_FAILED', {
        place: { kind: 'cloud', host: check.host, step: options.step, resource: check.id },
        details: { title: check.title, sentence, seconds: watch.limit, step: options.step },
        evidence,
      });
      unsettled.delete(check.id);
      failed.add(check.id);
      passed = false;
      run.count(check.host, 'failed');
      run.emit({ type: 'check-failed', ...about, problem: failure });
      run.noteProblem(failure);
      return true;
    }
    if (sentence !== watch.said) {
      watch.said = sentence;
      run.emit({ type: 'check-waiting', ...about, title: check.title, sentence });
    }
    return false;
  }
}

async function pauseOrAbort(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(milliseconds, undefined, signal && { signal }).catch(() => {});
}

function nothingSeen(): Finding {
  return { ok: false, sentence: 'no answer' };
}

/** One look at checks of one host, or at one check of the API. Never rejects. */
async function lookAt(
  run: RunState,
  watches: readonly Watch[],
  sharedSeconds: number | undefined,
): Promise<readonly Look[]> {
  const [first] = watches;
  if (!first) return [];
  if (first.check.via === 'api') return [await probeApi(run, first.check)];
  const { host } = first.check;
  if (run.isLost(host)) return watches.map(() => 'host-lost');
  const checks = watches.flatMap(({ check }) => (check.via === 'shell' ? [check] : []));
  try {
    return await run.onHosts(() => probeHost(run, host, checks, sharedSeconds));
  } catch (error) {
    const [reason] = problemsOf(error, { kind: 'cloud', host });
    if (reason && isHostGone(reason)) {
      run.loseHost(host, reason);
      return watches.map(() => 'host-lost');
    }
    const { what: sentence = 'no answer', evidence } = reason ?? {};
    return watches.map(() => ({ ok: false, sentence, ...(evidence !== undefined && { evidence }) }));
  }
}

async function probeHost(
  run: RunState,
  host: string,
  checks: readonly ShellCheck[],
  sharedSeconds: number | undefined,
): Promise<readonly Look[]> {
  const secondsOf = (check: ShellCheck): number => {
    const own = Math.max(1, Math.min(LONGEST_PROBE, Math.ceil(check.limitSeconds)));
    return Math.min(sharedSeconds ?? own, own);
  };
  const bundle = sideBySide(
    checks.map((check) => `timeout -s KILL ${secondsOf(check)} sh -c ${quote(check.script)} </dev/null`),
    SIDE_BY_SIDE,
  );
  const connection = await run.connections.get(host);
  const [only] = checks;
  const result = await connection.run({
    script: bundle.script,
    limitSeconds: checks.reduce((sum, check) => sum + secondsOf(check), MARGIN),
    doing: only && checks.length === 1 ? only.title : `${checks.length} checks`,
  });
  const pieces = bundle.split(result);
  return checks.map((check, index): Look => {
    const piece = pieces[index];
    if (!piece) return { ...nothingSeen(), ...(result.stderr && { evidence: result.stderr }) };
    if (piece.exitCode !== KILLED) return judge(check, piece);
    const seconds = secondsOf(check);
    if (sharedSeconds !== undefined && seconds < check.limitSeconds) return 'too-slow';
    return {
      ok: false,
      sentence: `no answer within ${seconds} s`,
      evidence: `${piece.stdout}${piece.stderr}`,
    };
  });
}

/** A probe that hangs is left to itself; the client's own limits end it some time. */
async function probeApi(run: RunState, check: ApiCheck): Promise<Finding> {
  const seconds = Math.max(1, Math.min(LONGEST_PROBE, check.limitSeconds));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const finding = { ok: false, sentence: `no answer within ${seconds} s` };
    timer = setTimeout(() => resolve(finding), seconds * 1000);
  });
  const probe = run
    .api()
    .then((api) => check.probe(api))
    .catch((error: unknown): Finding => {
      const [reason] = problemsOf(error, { kind: 'cloud', host: check.host });
      const { what: sentence = 'no answer', evidence } = reason ?? {};
      return { ok: false, sentence, ...(evidence !== undefined && { evidence }) };
    });
  return Promise.race([probe, late]).finally(() => clearTimeout(timer));
}

function judge(check: ShellCheck, result: ShellResult): Finding {
  try {
    return check.judge(result);
  } catch (error) {
    const sentence = `unexpected output: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, sentence, evidence: `${result.stdout}\n${result.stderr}`.trim() };
  }
}
