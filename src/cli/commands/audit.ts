import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

export const auditCommand: Command = {
  name: 'audit',
  purpose: 'look',
  summary: 'proves that the hosts are closed, from inside and from outside; changes nothing',
  details:
    'Compares what listens on each host, the firewall, owners and modes of files with secrets, certificates, accounts ' +
    'and packages with what the definitions say. Then each host tries the TCP ports of the others in every network in ' +
    'which both stand, and so does the place that test.vantage names. Ends with 1 where something fails; a warning ' +
    'does not count. Detection of intruders may notice the attempts. The lists of packages are never refreshed.',
  options: [
    {
      name: 'quick',
      summary: 'try only ports that are described or in use, and leave the packages out',
    },
  ],
  examples: [
    { line: 'cloudwright audit', says: 'every TCP port of every host' },
    {
      line: 'cloudwright audit --json | jq -r \'.data.verdicts[]? | select(.state == "fail") | .what\'',
      says: 'what fails, for a program',
    },
  ],
  async run(context, input) {
    const [{ audit }, { formatAudit }] = await Promise.all([
      import('../../app/audit.ts'),
      import('../print/audit.ts'),
    ]);
    const request = { file: findDescription(context), quick: input.flag('quick') };
    const report = await audit(request, context.caller);
    return {
      exitCode: report.ok ? 0 : 1,
      data: report,
      text: () => formatAudit(report.verdicts, context.terminal.colors),
      essential: true,
    };
  },
};
