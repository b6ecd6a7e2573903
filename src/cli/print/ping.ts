import type { PingAnswer } from '../../app/contracts.ts';
import type { Colors } from '../terminal.ts';
import { duration } from './duration.ts';
import { formatTable } from './table.ts';

/** One row a host: whether it answered, in what time, its release, and how far its clock is off. */
export function formatPing(answers: readonly PingAnswer[], colors: Colors): string {
  const rows = answers.map((answer) => {
    const time = duration(answer.milliseconds);
    if (!answer.ok) return [answer.host, colors.red(answer.problem.code), time, '', ''];
    const offset = `${answer.clockOffsetSeconds >= 0 ? '+' : ''}${answer.clockOffsetSeconds.toFixed(2)} s`;
    return [
      answer.host,
      colors.green('reached'),
      time,
      answer.release,
      answer.clockTooFar ? colors.red(`${offset}, too far`) : offset,
    ];
  });
  return formatTable(['host', 'answer', 'time', 'release', 'clock'], rows, { colors, right: [2] });
}
