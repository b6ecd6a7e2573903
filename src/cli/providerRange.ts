import { cancel, isCancel, text } from '@clack/prompts';
import type { ProviderRange } from '../checks/acceptance/provider.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { fail } from '../errors/problem.ts';
import type { CommandContext, Input, OptionSpec } from './command.ts';

export const providerOptions: readonly OptionSpec[] = [
  { name: 'provider-network', value: 'CIDR', summary: 'the network behind the provider interface' },
  { name: 'gateway', value: 'ADDRESS', summary: 'its gateway' },
  { name: 'first', value: 'ADDRESS', summary: 'first address that the test may use' },
  { name: 'last', value: 'ADDRESS', summary: 'last address that the test may use' },
];

/**
 * The addresses that the acceptance test may use: from the flags, else from the description, else asked for.
 * Throws CLI_ANSWER_NEEDED where nobody can be asked.
 */
export async function providerRange(
  context: CommandContext,
  input: Input,
  cloud: Cloud,
): Promise<Omit<ProviderRange, 'physicalNetwork'>> {
  const { test } = cloud;
  const ask = async (value: string | undefined, question: string, option: string): Promise<string> =>
    value ?? (await askFor(context, question, option));
  const cidr = await ask(
    input.option('provider-network') ?? test.providerCidr,
    'Network behind the provider interface',
    '--provider-network',
  );
  const first = await ask(input.option('first') ?? test.firstAddress, 'First free address of it', '--first');
  const last = await ask(input.option('last') ?? test.lastAddress, 'Last free address of it', '--last');
  const gateway = input.option('gateway') ?? test.providerGateway;
  return { cidr, first, last, ...(gateway !== undefined && { gateway }) };
}

async function askFor(context: CommandContext, question: string, option: string): Promise<string> {
  if (!context.terminal.asks) fail('CLI_ANSWER_NEEDED', { details: { question, option } });
  const answer = await text({ message: question, output: process.stderr });
  if (isCancel(answer)) {
    cancel('Nothing was tested.', { output: process.stderr });
    fail('CLI_INTERRUPTED');
  }
  return (answer ?? '').trim();
}
