import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalFile, readJournal } from '../../src/engine/journal.ts';
import { labCut, labHeal, labLayers } from '../../src/lab/index.ts';
import { type CliRun, eventsOf, runCli, startCli } from './support/cli.ts';
import { leaveLab, report, type TestLab, testLab } from './support/lab.ts';
import { enabledUnits, INSTALL, keepAsLayer } from './support/layer.ts';

/**
 * The packages of every service on a bare node, with the interruptions that a package manager fears most. The node
 * becomes the layer that the other suites start from.
 */
const LAB = 'e2epackages';
let lab: TestLab;
let before: readonly string[];

beforeAll(async () => {
  lab = await testLab(LAB);
  before = await enabledUnits(lab);
});
afterAll(async () => await leaveLab(LAB));

/** Resolves once the run is so many seconds into a package transaction; false where it ended before. */
async function intoTransaction(run: CliRun, group: string, seconds: number): Promise<boolean> {
  const changing = `control1/packages:${group}`;
  const under = (): boolean => {
    const events = readJournal(journalFile(lab.folder));
    const start = events.findLastIndex((event) => event.type === 'run-started' && event.pid === run.pid);
    const mine = start < 0 ? [] : events.slice(start);
    return mine.some((event) => event.type === 'change-started' && event.resource === changing);
  };
  const limit = Date.now() + 600_000;
  while (run.running && !under()) {
    if (Date.now() > limit) throw new Error(`no ${changing} within 600 s:\n${run.said()}`);
    await pause(50);
  }
  // The pause is the fault's place, not a wait.
  await Promise.race([pause(seconds * 1000), run.ended]);
  return run.running;
}

describe('the packages of a cloud on a bare node', () => {
  it('survive that the run is killed within a transaction, and that the power fails in another', async () => {
    const killed = startCli(lab.folder, INSTALL);
    expect(await intoTransaction(killed, 'infrastructure', 5), killed.said()).toBe(true);
    killed.kill('SIGKILL');
    await killed.ended;

    const cut = startCli(lab.folder, INSTALL);
    expect(await intoTransaction(cut, 'identity', 15), cut.said()).toBe(true);
    await labCut({ ...lab, node: 'control1' });
    const { code, output } = await cut.ended;
    expect(code, output).toBe(1);
    expect(output).toContain('HOST_LOST');
    await labHeal({ ...lab, node: 'control1' }, undefined, report);
  });

  it('are whole after the next run, and the one after that changes nothing', async () => {
    const run = await runCli(lab.folder, INSTALL, 1200);
    expect(run.code, run.output).toBe(0);
    expect(await lab.get('dpkg --audit')).toBe('');

    const again = await runCli(lab.folder, [...INSTALL, '--json'], 120);
    expect(eventsOf(again.stdout).find((event) => event.type === 'run-finished')).toMatchObject({
      outcome: 'done',
      changed: 0,
    });
  });

  it('are the layer that the other suites start from', async () => {
    const layer = await keepAsLayer(lab, before);
    expect(await labLayers(lab.directory)).toContain(layer);
  });
});
