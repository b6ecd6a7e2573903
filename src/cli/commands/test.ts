import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

export const testCommand: Command = {
  name: 'test',
  purpose: 'look',
  summary: 'runs the acceptance test: instances that answer on the network, with a volume',
  details:
    'Creates a provider network, an image, a flavor, a security group, instances, a volume, a tenant network with a ' +
    'router and a floating address, reaches the instances by ping and ssh, and deletes all of it again, also when a ' +
    'check fails or the test is interrupted.',
  options: [
    { name: 'provider-network', value: 'CIDR', summary: 'the network behind the provider interface' },
    { name: 'gateway', value: 'ADDRESS', summary: 'its gateway' },
    { name: 'first', value: 'ADDRESS', summary: 'first address that the test may use' },
    { name: 'last', value: 'ADDRESS', summary: 'last address that the test may use' },
    {
      name: 'image',
      value: 'FILE',
      summary: 'a raw or qcow2 image instead of the tiny guest',
      completes: 'file',
    },
    { name: 'user', value: 'NAME', summary: 'login user of that image (default: by the name of the file)' },
    { name: 'keep', summary: 'do not delete what the test created' },
  ],
  examples: [
    {
      line: 'cloudwright test --provider-network 203.0.113.0/24 --first 203.0.113.200 --last 203.0.113.220',
      says: 'with addresses that nothing else uses',
    },
  ],
  async run(context, input) {
    const { test } = await import('../../app/acceptance.ts');
    const image = input.option('image');
    const result = await test(
      {
        file: findDescription(context),
        provider: {
          cidr: input.option('provider-network'),
          gateway: input.option('gateway'),
          first: input.option('first'),
          last: input.option('last'),
        },
        image: image === undefined ? undefined : resolve(context.folder, image),
        user: input.option('user'),
        keep: input.flag('keep'),
      },
      context.caller,
    );
    return { exitCode: result.exitCode, data: result };
  },
};
