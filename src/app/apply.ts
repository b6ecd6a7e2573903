import { auditStep } from '../audit/step.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { journalFile, openJournal, readHistory, verifiedSteps } from '../engine/journal.ts';
import { apply as applyRun, type PlanResult, planOnly, type RunResult, verifyOnly } from '../engine/run.ts';
import type { Selection } from '../engine/select.ts';
import { steps } from '../steps/index.ts';
import type { Caller } from './caller.ts';
import { type CredentialFiles, writeCredentialFiles } from './credentialFiles.ts';
import { type KeepSecrets, open, openLocked } from './open.ts';
import { runInput, withReach } from './reach.ts';

/** Seconds that a request waits for a service that a run has just started. */
const PATIENCE = 120;

export interface RunRequest {
  /** The description. */
  readonly file: string;
  readonly selection?: Selection;
  /** Ids of resources that may be removed although that loses data. */
  readonly remove?: readonly string[];
}

export interface Applied {
  readonly run: RunResult;
  /** Written if the run succeeded. */
  readonly credentials?: CredentialFiles;
}

/** What `apply` would change; changes nothing. */
export async function plan(request: RunRequest, caller: Caller): Promise<PlanResult> {
  const cloud = await open(request.file, caller);
  return await withReach(cloud, caller, async (reached) =>
    planOnly({
      ...runInput(reached, { command: 'plan', patienceSeconds: 0 }, caller),
      selection: request.selection,
      remove: request.remove,
    }),
  );
}

/** Runs the checks of the steps, and the cheap part of an audit; changes nothing. */
export async function verify(request: RunRequest, caller: Caller): Promise<RunResult> {
  const cloud = await open(request.file, caller);
  return await withReach(cloud, caller, async (reached) =>
    verifyOnly({
      ...runInput(reached, { command: 'verify', patienceSeconds: 5 }, caller),
      steps: [...steps, auditStep(steps)],
      selection: request.selection,
    }),
  );
}

/** Brings the hosts to the described state, and writes the files with the logins. Throws RUN_LOCKED, VAULT_*, STEP_UNKNOWN … */
export async function apply(request: RunRequest, caller: Caller): Promise<Applied> {
  return await openLocked(request.file, 'apply', caller, (cloud, keepSecrets) =>
    applyOpened(cloud, { ...request, command: 'apply', keepSecrets }, caller),
  );
}

/** The same for a cloud that is open and locked. Events go to the journal first and then to the caller. */
export async function applyOpened(
  cloud: Cloud,
  request: Omit<RunRequest, 'file'> & {
    readonly command: string;
    /** See `openLocked`. */
    readonly keepSecrets: KeepSecrets;
  },
  caller: Caller,
): Promise<Applied> {
  const verifiedBefore = verifiedSteps(readHistory(journalFile(cloud.folder)));
  const run = await journaled(cloud.folder, caller, async (journaling) =>
    withReach(cloud, journaling, async (reached) =>
      applyRun({
        ...runInput(
          reached,
          { command: request.command, patienceSeconds: PATIENCE, beforeChanges: request.keepSecrets },
          journaling,
        ),
        selection: request.selection,
        remove: request.remove,
        verifiedBefore,
      }),
    ),
  );
  if (run.outcome !== 'done') return { run };
  return { run, credentials: await writeCredentialFiles(cloud) };
}

/** Gives `work` a caller whose events reach the journal before the person. The lock of the cloud must be held. */
export async function journaled<T>(
  folder: string,
  caller: Caller,
  work: (caller: Caller) => Promise<T>,
): Promise<T> {
  const journal = openJournal(journalFile(folder));
  try {
    return await work({
      ...caller,
      emit(event) {
        journal.write(event);
        caller.emit(event);
      },
    });
  } finally {
    journal.close();
  }
}
