import { report, runCommandLine } from './commandLine.ts';
import { crashProblem } from './crash.ts';
import { table } from './table.ts';
import { type Terminal, terminalOf } from './terminal.ts';

/** Shows the cursor, which a live view may have hidden. */
const SHOW_CURSOR = '\x1b[?25h';

const words = process.argv.slice(2);
const interruption = new AbortController();
let interruptions = 0;

function terminal(color: boolean): Terminal {
  return terminalOf({
    out: process.stdout,
    err: process.stderr,
    input: process.stdin,
    environment: process.env,
    color,
  });
}

function interrupt(): void {
  interruptions += 1;
  if (interruptions > 1) {
    if (process.stdout.isTTY) process.stdout.write(SHOW_CURSOR);
    process.exit(3);
  }
  process.stderr.write('\nInterrupted: what is under way finishes first. Once more ends it at once.\n');
  interruption.abort();
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that went away, as `head` does, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(kind, (error: unknown) => {
    const json = words.includes('--json');
    process.exit(report([crashProblem(error, words, process.env)], terminal(true), process.cwd(), json));
  });
}

const exitCode = await runCommandLine(words, {
  table,
  folder: process.cwd(),
  environment: process.env,
  signal: interruption.signal,
  terminal,
});
process.exitCode = exitCode;
// What a library may have left open must not keep a finished command alive; the output is flushed first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
