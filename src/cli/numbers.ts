import { fail } from '../errors/problem.ts';
import type { Input } from './command.ts';

/** The whole number given with an option, at least 1; undefined where it was not given. Throws CLI_OPTION_VALUE_INVALID. */
export function numberOption(input: Input, name: string, command: string): number | undefined {
  const given = input.option(name);
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(given)) {
    fail('CLI_OPTION_VALUE_INVALID', {
      details: {
        value: given,
        option: `--${name}`,
        command: `cloudwright ${command}`,
        allowed: 'whole numbers from 1',
      },
    });
  }
  return Number(given);
}
