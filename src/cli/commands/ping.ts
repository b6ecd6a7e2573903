import { exitCodeOf } from '../../errors/problem.ts';
import { type PingAnswer, ping } from '../../hosts/ping.ts';
import { withReach } from '../cloudRun.ts';
import type { Command } from '../command.ts';
import { asides, printJson } from '../print/aside.ts';
import { formatPing } from '../print/ping.ts';
import { formatProblems } from '../print/problems.ts';
import { openDescribedCloud } from '../session.ts';

export const pingCommand: Command = {
  name: 'ping',
  summary: 'reaches every host: ssh, sudo, release and clock',
  async run(context) {
    const cloud = await openDescribedCloud(context);
    const { terminal, settings, folder } = context;
    const answers = await withReach(cloud, asides(context), ({ connections }) => ping(cloud, connections));
    const problems = answers.flatMap((answer) => (answer.ok ? [] : [answer.problem]));
    if (settings.json) printJson(context, { hosts: answers });
    else {
      if (!settings.quiet) terminal.out(formatPing(answers, terminal.colors));
      const style = { colors: terminal.errColors, columns: Math.min(terminal.columns(), 110), folder };
      if (problems.length > 0) terminal.err(`\n${formatProblems(problems, style)}`);
    }
    return exitCodeOf(problems) || Number(answers.some(isLate));
  },
};

function isLate(answer: PingAnswer): boolean {
  return answer.ok && answer.clockTooFar;
}
