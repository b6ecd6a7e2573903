import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

export const toolboxCommand: Command = {
  name: 'toolbox',
  purpose: 'look',
  summary: 'shows the service tables of the cloud, with a verdict on each',
  async run(context) {
    const [{ toolbox }, { formatToolbox }] = await Promise.all([
      import('../../app/status.ts'),
      import('../print/toolbox.ts'),
    ]);
    const report = await toolbox({ file: findDescription(context) }, context.caller);
    return {
      exitCode: report.ok ? 0 : 1,
      data: report,
      text: () => formatToolbox(report, context.terminal.colors),
    };
  },
};
