import { cancel, select, text } from '@clack/prompts';
import { addressToNumber, numberToAddress, parseNetwork } from '../app/addresses.ts';
import type { HostGroupAnswer, InitAnswers, NetworkName } from '../app/contracts.ts';
import { defaultAnswers } from '../app/init/description.ts';
import { fail } from '../errors/problem.ts';
import type { Input } from './command.ts';

type Changeable = { -readonly [Key in keyof InitAnswers]: InitAnswers[Key] };

/** The answers that the flags give, with the defaults for the rest. Throws CLI_OPTION_VALUE_INVALID. */
export function answersFromFlags(input: Input): InitAnswers {
  const shape = input.flag('multi-node') ? 'multi-node' : 'all-in-one';
  const groups = ['control', 'compute', 'storage'] as const;
  const cidr = input.option('management-cidr');
  const defaults = defaultAnswers(shape, undefined, input.flag('trial') || undefined);
  const answers: Changeable = { ...(cidr ? moved(defaults, cidr) : defaults) };
  // Hosts are named all or not at all; roles without hosts of their own go to the control hosts.
  if (groups.some((role) => input.option(role) !== undefined)) {
    delete answers.compute;
    delete answers.storage;
  }
  const texts = [
    ['name', 'name'],
    ['management-cidr', 'managementCidr'],
    ['vip', 'vip'],
    ['service-cidr', 'serviceCidr'],
    ['service-vip', 'serviceVip'],
    ['overlay-cidr', 'overlayCidr'],
    ['storage-cidr', 'storageCidr'],
    ['ssh-user', 'sshUser'],
    ['ssh-key', 'sshKey'],
    ['ssh-config', 'sshConfig'],
    ['mirror', 'mirror'],
    ['proxy', 'proxy'],
  ] as const;
  for (const [flag, key] of texts) {
    const value = input.option(flag);
    if (value !== undefined) answers[key] = value;
  }
  if (answers.overlayCidr === 'none') delete answers.overlayCidr;
  for (const role of groups) {
    const value = input.option(role);
    if (value !== undefined) answers[role] = hostGroup(role, value);
  }
  if (input.options('device').length > 0) answers.devices = input.options('device');
  if (input.options('time-server').length > 0) answers.timeServers = input.options('time-server');
  answers.interfaces = { ...answers.interfaces, ...interfaces(input.options('interface')) };
  return answers;
}

/** The same host parts in another management network; unchanged if that is not a network, which validation reports. */
function moved(answers: InitAnswers, cidr: string): InitAnswers {
  const to = parseNetwork(cidr);
  const from = parseNetwork(answers.managementCidr);
  if (!to || !from) return answers;
  const move = (address: string): string =>
    numberToAddress(to.first + ((addressToNumber(address) ?? from.first) - from.first));
  const group = (given: HostGroupAnswer): HostGroupAnswer => ({
    ...given,
    firstAddress: move(given.firstAddress),
  });
  return {
    ...answers,
    vip: move(answers.vip),
    control: group(answers.control),
    ...(answers.compute && { compute: group(answers.compute) }),
    ...(answers.storage && { storage: group(answers.storage) }),
  };
}

function hostGroup(role: string, value: string): HostGroupAnswer {
  const [firstAddress = '', count = '1', ...rest] = value.split(',');
  if (rest.length > 0 || !/^[1-9]\d{0,3}$/.test(count))
    refuse(`--${role}`, value, 'ADDRESS or ADDRESS,COUNT');
  return { firstAddress, count: Number(count) };
}

function interfaces(given: readonly string[]): Partial<Record<NetworkName, string>> {
  const found: Partial<Record<NetworkName, string>> = {};
  for (const pair of given) {
    const match = /^(service|management|provider|overlay|storage)=(.+)$/.exec(pair);
    if (!match)
      refuse('--interface', pair, 'service, management, provider, overlay or storage, then = and a name');
    found[match[1] as NetworkName] = match[2] ?? '';
  }
  return found;
}

function refuse(option: string, value: string, allowed: string): never {
  fail('CLI_OPTION_VALUE_INVALID', { details: { option, value, allowed, command: 'cloudwright init' } });
}

/** Asks for what differs most from cloud to cloud; everything else has its default in the file. */
export async function askAnswers(given: InitAnswers): Promise<InitAnswers> {
  const shape = answered<InitAnswers['shape']>(
    await select<InitAnswers['shape']>({
      message: 'How many hosts?',
      options: [
        { value: 'all-in-one' as const, label: 'One', hint: 'everything on it; can grow later' },
        {
          value: 'multi-node' as const,
          label: 'Several',
          hint: 'three control hosts, compute and storage hosts',
        },
      ],
      output: process.stderr,
    }),
  );
  const start: InitAnswers = shape === given.shape ? given : { ...defaultAnswers(shape), name: given.name };
  const name = await ask('Name of the cloud', start.name);
  const managementCidr = await ask('Management network', start.managementCidr);
  const first = await ask('Address of the first control host in it', start.control.firstAddress);
  const vip = await ask('An unused address in it, for the APIs', start.vip);
  const sshUser = await ask('User for ssh on the hosts', start.sshUser);
  const management = await ask(
    'Interface of the hosts in the management network',
    start.interfaces.management,
  );
  const provider = await ask(
    'Interface without an address, for networks of instances',
    start.interfaces.provider,
  );
  return {
    ...start,
    name,
    managementCidr,
    vip,
    sshUser,
    control: { ...start.control, firstAddress: first },
    interfaces: { ...start.interfaces, management, provider },
  };
}

async function ask(message: string, initialValue: string): Promise<string> {
  return answered(await text({ message, initialValue, output: process.stderr })).trim();
}

function answered<T extends string>(value: T | symbol): T {
  if (typeof value !== 'symbol') return value;
  cancel('Nothing was written.', { output: process.stderr });
  return fail('CLI_INTERRUPTED');
}
