/** The last `count` lines that are not blank. */
export function lastLines(output: string, count = 12): string {
  return output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n');
}
