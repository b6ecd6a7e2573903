import type { Cloud } from '../cloud/cloud.ts';
import { journalFile, openJournal, readHistory, verifiedSteps } from '../engine/journal.ts';
import { lockFile, takeLock } from '../engine/lock.ts';
import { apply, type RunResult } from '../engine/run.ts';
import type { Selection } from '../engine/select.ts';
import { runInput, withReach } from './cloudRun.ts';
import type { CommandContext } from './command.ts';
import { asides } from './print/aside.ts';
import type { Renderer } from './print/renderer.ts';

/** Seconds that a request waits for a service that a run has just started. */
const PATIENCE = 120;

/**
 * Applies the description as the one run at work on this cloud: its events go to the journal first and then to the
 * renderer. Rejects RUN_LOCKED where another run is at work, and as the engine's `apply` does.
 */
export async function convergeCloud(
  context: CommandContext,
  cloud: Cloud,
  renderer: Renderer,
  run: { readonly command: string; readonly selection?: Selection },
): Promise<RunResult> {
  const say = asides(context);
  const lock = takeLock(lockFile(cloud.folder), run.command);
  const verifiedBefore = verifiedSteps(readHistory(journalFile(cloud.folder)));
  const journal = openJournal(journalFile(cloud.folder));
  try {
    const left = lock.tookOverFrom;
    if (left)
      say(
        `Run ${left.pid} (${left.command}, since ${left.since}) ended without finishing; going on from there.`,
      );
    return await withReach(cloud, say, async (reached) =>
      apply({
        ...runInput(context, reached, {
          command: run.command,
          patienceSeconds: PATIENCE,
          take(event) {
            journal.write(event);
            renderer.take(event);
          },
        }),
        selection: run.selection,
        verifiedBefore,
      }),
    );
  } finally {
    journal.close();
    lock.release();
    renderer.end();
  }
}
