import { setTimeout as pause } from 'node:timers/promises';
import { fail } from '../errors/problem.ts';
import type { Connection } from '../hosts/connection.ts';
import { quote } from '../hosts/quote.ts';
import { type Text, text } from '../secrets/confidential.ts';
import type { RunState } from './runState.ts';

/** Where a host notes which changes are under way; gone with a reboot, as the changes are. */
const FOLDER = '/run/cloudwright/changes';
/** Seconds that a change of an earlier run is waited for: as long as a big package transaction. */
const LIMIT = 1800;
/** The start of process `$1` in clock ticks (field 22 of /proc/<pid>/stat), without starting a process. */
const STARTED = `started() { cw_line=; read -r cw_line 2>/dev/null </proc/$1/stat || return 1; cw_line=\${cw_line##*) }; set -- $cw_line; cw_started=\${20}; }`;

/**
 * A change that leaves a note on the host for as long as it runs. When this process is killed the change goes on to
 * its end there; the next run finds the note and waits, so that no two runs change a host at once.
 */
export function withNote(script: Text, doing: string, folder = FOLDER): Text {
  const note = `${STARTED}; mkdir -p ${folder} && started $$ && echo "$cw_started" ${quote(doing)} >${folder}/$$ && trap 'rm -f ${folder}/$$' EXIT`;
  return text`{ ${note}; } 2>/dev/null
${script}`;
}

/** Shell that prints what changes are under way, a line each, and clears notes whose process is gone. */
export const changesUnderWay = (folder: string = FOLDER): string => `${STARTED}
for f in ${folder}/*; do
  [ -e "$f" ] || continue
  cw_then=; cw_doing=; read -r cw_then cw_doing 2>/dev/null <"$f"
  if started "\${f##*/}" && [ "$cw_started" = "$cw_then" ]; then echo "$cw_doing"; else rm -f "$f"; fi
done`;

/** Waits until no change of an earlier, killed run is under way on a host. Fails with RUN_EARLIER_CHANGE. */
export async function awaitEarlierChanges(
  run: RunState,
  connection: Connection,
  limitSeconds = LIMIT,
  folder = FOLDER,
): Promise<void> {
  const { host } = connection;
  const began = Date.now();
  let said = '';
  for (let wait = 200; ; wait = Math.min(2000, wait * 1.5)) {
    const doing = 'look for changes of an earlier run';
    const under = (
      await connection.run({ script: changesUnderWay(folder), limitSeconds: 30, doing })
    ).stdout.trim();
    if (under === '' || run.stopping) return;
    if (Date.now() - began > limitSeconds * 1000) {
      fail('RUN_EARLIER_CHANGE', {
        place: { kind: 'cloud', host },
        details: { host, doing: under.split('\n').join(', '), seconds: limitSeconds },
      });
    }
    if (under !== said) {
      said = under;
      run.emit({
        type: 'note',
        text: `Waiting on ${host} for a change that an earlier run began: ${under}`,
      });
    }
    await pause(wait);
  }
}
