import { describeCloud } from '../../app/describe.ts';
import { readCloud } from '../../cloud/read.ts';
import { exitCodeOf } from '../../errors/problem.ts';
import type { Command } from '../command.ts';
import { findDescription } from '../description.ts';
import { printJson } from '../print/aside.ts';
import { formatProblems } from '../print/problems.ts';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'checks the description and says what it describes; reaches no host',
  details: 'Every error is shown at once, each with its place, the rule and the mend.',
  arguments: [{ name: 'FILE', summary: 'the description (default: as with --file)', file: true }],
  examples: [{ line: 'cloudwright validate cloud.yaml', says: 'all errors, or a summary of the cloud' }],
  async run(context, input) {
    const { terminal, settings, folder } = context;
    const result = await readCloud(await findDescription(context, input.argument('FILE')));
    if (settings.json) {
      printJson(context, {
        sound: result.cloud !== undefined,
        ...result,
        cloud: result.cloud && shown(result.cloud),
      });
      return exitCodeOf(result.problems);
    }
    if (result.problems.length > 0) {
      const style = { colors: terminal.errColors, columns: Math.min(terminal.columns(), 110), folder };
      terminal.err(`${formatProblems(result.problems, style)}${result.cloud ? '\n' : ''}`);
    }
    if (result.cloud && !settings.quiet) {
      for (const line of describeCloud(result.cloud, result.derived)) terminal.out(`${line}\n`);
      terminal.out(`\n${terminal.colors.green('Sound.')}\n`);
    }
    return exitCodeOf(result.problems);
  },
};

/** Sets become lists: JSON has no sets. */
function shown(value: object): unknown {
  return JSON.parse(JSON.stringify(value, (_key, part) => (part instanceof Set ? [...part] : part)));
}
