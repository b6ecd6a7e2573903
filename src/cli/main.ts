import { version } from '../app/version.ts';
import { ignoreLostReaders, onInterrupt } from './process.ts';
import { type Terminal, terminalOf } from './terminal.ts';

const words = process.argv.slice(2);

function terminal(color: boolean): Terminal {
  return terminalOf({
    out: process.stdout,
    err: process.stderr,
    input: process.stdin,
    environment: process.env,
    color,
  });
}

async function run(): Promise<number> {
  if (words.length === 1 && words[0] === '--version') {
    terminal(false).out(`${version}\n`);
    return 0;
  }
  const interruption = new AbortController();
  onInterrupt(() => interruption.abort());
  const { table } = await import('./table.ts');
  if (words[0] === '__complete') {
    const { complete } = await import('./complete.ts');
    const request = { table, folder: process.cwd(), environment: process.env };
    terminal(false).out(await complete(words.slice(1), request));
    return 0;
  }
  const { reportCrash, runCommandLine } = await import('./commandLine.ts');
  const around = {
    table,
    folder: process.cwd(),
    variables: process.env,
    signal: interruption.signal,
    terminal,
  };
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error: unknown) => {
      reportCrash(error, words, around).then((code) => process.exit(code));
    });
  }
  return await runCommandLine(words, around);
}

ignoreLostReaders([process.stdout, process.stderr]);
const exitCode = await run();
process.exitCode = exitCode;
// What a library may have left open must not keep a finished command alive; the output is flushed first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
