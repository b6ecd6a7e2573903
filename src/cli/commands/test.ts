import { resolve } from 'node:path';
import { runAcceptance } from '../acceptanceRun.ts';
import { withReach } from '../cloudRun.ts';
import type { Command } from '../command.ts';
import { reportRest } from '../outcome.ts';
import { acceptanceView, formatAcceptance } from '../print/acceptance.ts';
import { asides, printJson } from '../print/aside.ts';
import { providerOptions, providerRange } from '../providerRange.ts';
import { openDescribedCloud } from '../session.ts';
import { vantageOf } from '../vantage.ts';

export const testCommand: Command = {
  name: 'test',
  summary: 'the acceptance test: instances that answer on the network, with a volume',
  details:
    'Makes a provider network, an image, a flavor, a security group, instances, a volume, a tenant network with a ' +
    'router and a floating address, reaches the instances by ping and ssh, and removes all of it again.',
  options: [
    ...providerOptions,
    { name: 'image', value: 'FILE', summary: 'a raw or qcow2 image instead of the tiny guest', file: true },
    { name: 'user', value: 'NAME', summary: 'who logs in on that image (default: told from its name)' },
    { name: 'keep', summary: 'leave all that was made in place' },
  ],
  examples: [
    {
      line: 'cloudwright test --provider-network 203.0.113.0/24 --first 203.0.113.200 --last 203.0.113.220',
      says: 'addresses that nobody else uses',
    },
  ],
  async run(context, input) {
    const cloud = await openDescribedCloud(context);
    const provider = await providerRange(context, input, cloud);
    const image = input.option('image');
    const view = acceptanceView(context);
    const result = await withReach(cloud, asides(context), async (reached) =>
      runAcceptance(context, reached, vantageOf(cloud, reached.connections), {
        provider,
        image: image === undefined ? cloud.test.image : resolve(context.folder, image),
        user: input.option('user'),
        keep: input.flag('keep'),
        emit: view.take,
      }),
    ).finally(() => view.end());
    if (context.settings.json) printJson(context, result);
    else if (!context.settings.quiet || !result.ok) {
      context.terminal.out(formatAcceptance(result, context.terminal.colors));
      reportRest(
        context,
        result.rows.flatMap((row) => row.problem ?? []),
      );
    }
    if (result.interrupted) return 3;
    return result.ok ? 0 : 1;
  },
};
