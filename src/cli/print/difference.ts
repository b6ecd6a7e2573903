import type { Colors } from '../terminal.ts';
import { printable } from './width.ts';

/** A unified difference, added lines green and removed lines red, each indented by `indent` spaces. */
export function formatDifference(difference: string, colors: Colors, indent: number): string[] {
  const space = ' '.repeat(indent);
  return printable(difference)
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (line.startsWith('+')) return space + colors.green(line);
      if (line.startsWith('-')) return space + colors.red(line);
      if (line.startsWith('@@')) return space + colors.cyan(line);
      return space + colors.dim(line);
    });
}
