import { resolve } from 'node:path';
import type { AcceptanceResult } from '../../checks/acceptance.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { type LabState, labUp } from '../../lab/index.ts';
import { runAcceptance } from '../acceptanceRun.ts';
import { withReach } from '../cloudRun.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { convergeCloud } from '../converge.ts';
import { writeCredentialFiles } from '../credentialFiles.ts';
import { readDescription } from '../description.ts';
import { numberOption } from '../numbers.ts';
import { exitOfRun, reportRest } from '../outcome.ts';
import { acceptanceView, formatAcceptance } from '../print/acceptance.ts';
import { asides } from '../print/aside.ts';
import { formatNextSteps, nextSteps } from '../print/nextSteps.ts';
import { rendererFor } from '../print/renderer.ts';
import { providerRange } from '../providerRange.ts';
import { openDescribedCloud } from '../session.ts';
import { ensureTrialDescription, lastPassedTest } from '../trial.ts';
import { vantageOf } from '../vantage.ts';
import { labOf, labOption } from './lab/shared.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'a trial cloud on this host: lab up, apply, test',
  details:
    'Without FILE the description of an all-in-one cloud is written to trial/cloud.yaml. Running it again finds ' +
    'everything in place, changes nothing, and does not repeat an acceptance test that passed. Needs root on Linux.',
  arguments: [{ name: 'FILE', summary: 'a description whose hosts are nodes of the lab', file: true }],
  options: [
    labOption,
    { name: 'memory', value: 'MIB', summary: 'memory limit of each node (default: 8192)' },
    { name: 'layer', value: 'NAME', summary: 'start new nodes from a saved layer' },
    { name: 'skip-test', summary: 'leave the acceptance test out' },
  ],
  examples: [{ line: 'cloudwright up', says: 'what `npm start` calls' }],
  async run(context, input) {
    const named = input.argument('FILE') ?? context.settings.file;
    const file = resolve(context.folder, named ?? 'trial/cloud.yaml');
    const say = asides(context);

    const lab = await bringLabUp(context, input, named === undefined ? undefined : file);
    if (named === undefined && (await ensureTrialDescription(file, lab))) say(`Wrote ${file}.`);
    const cloud = await openDescribedCloud(context, file, true);

    const renderer = rendererFor(context);
    const run = await convergeCloud(context, cloud, renderer, { command: 'up' });
    if (run.outcome !== 'done') return exitOfRun(context, run, renderer);
    const files = await writeCredentialFiles(cloud);

    const code = input.flag('skip-test') ? 0 : await testUnlessPassed(context, input, cloud);
    if (code !== 0) return code;
    const steps = nextSteps({ cloud, lab, files, description: file, folder: context.folder });
    if (context.settings.json) context.terminal.out(`${JSON.stringify({ type: 'next-steps', ...steps })}\n`);
    else if (!context.settings.quiet)
      context.terminal.out(`\n${formatNextSteps(steps, context.terminal.colors)}`);
    return 0;
  },
};

/** The lab with a node for each host of the description, or with one node for the trial. */
async function bringLabUp(
  context: CommandContext,
  input: Input,
  file: string | undefined,
): Promise<LabState> {
  const hosts = file === undefined ? undefined : (await readDescription(context, file)).cloud.hosts;
  const nodes = hosts?.map((host) => ({ name: host.name, roles: [...host.roles] })) ?? [{ name: 'control1' }];
  const memoryMiB = numberOption(input, 'memory', 'up');
  const layer = input.option('layer');
  return await labUp({
    ...labOf(context, input),
    nodes,
    ...(memoryMiB !== undefined && { memoryMiB }),
    ...(layer !== undefined && { layer }),
    report: asides(context),
  });
}

/** Runs the acceptance test, unless the last one passed and nothing has changed since. Gives the exit code. */
async function testUnlessPassed(context: CommandContext, input: Input, cloud: Cloud): Promise<number> {
  const { terminal, settings } = context;
  const passed = await lastPassedTest(cloud.folder);
  if (passed) {
    const when = new Date(passed.at).toISOString().slice(0, 16).replace('T', ' ');
    asides(context)(`The acceptance test passed at ${when} UTC and nothing has changed since: not repeated.`);
    return 0;
  }
  const provider = await providerRange(context, input, cloud);
  const view = acceptanceView(context);
  const result: AcceptanceResult = await withReach(cloud, asides(context), async (reached) =>
    runAcceptance(context, reached, vantageOf(cloud, reached.connections), {
      provider,
      image: cloud.test.image,
      keep: false,
      emit: view.take,
    }),
  ).finally(() => view.end());
  if (settings.json) terminal.out(`${JSON.stringify({ type: 'acceptance', ...result })}\n`);
  else terminal.out(`\n${formatAcceptance(result, terminal.colors)}`);
  if (!settings.json)
    reportRest(
      context,
      result.rows.flatMap((row) => row.problem ?? []),
    );
  if (result.interrupted) return 3;
  return result.ok ? 0 : 1;
}
