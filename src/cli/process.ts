/** Shows the cursor, which a live view may have hidden. */
const SHOW_CURSOR = '\x1b[?25h';

/**
 * Calls `interrupt` at the first SIGINT, SIGTERM or SIGHUP. A second SIGINT or SIGTERM ends the process at once, with
 * exit code 3. A SIGHUP never does: it may come together with another signal when a connection is lost.
 */
export function onInterrupt(interrupt: () => void): void {
  let interrupted = false;
  const first = (): boolean => {
    if (interrupted) return false;
    interrupted = true;
    interrupt();
    return true;
  };
  const stop = (): void => {
    if (first()) {
      if (!process.stderr.destroyed) {
        process.stderr.write('\nInterrupted. Finishing running changes; press Ctrl-C again to quit now.\n');
      }
      return;
    }
    if (process.stdout.isTTY) process.stdout.write(SHOW_CURSOR);
    process.exit(3);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', () => void first());
}

/** Errors of a stream whose reader is gone: `head` has ended, the terminal was closed. */
const LOST: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/**
 * A reader that is gone is no error and does not end the command: a run that changes hosts continues without output and
 * the exit code is its own. The stream is destroyed, and `terminalOf` writes to it no more.
 */
export function ignoreLostReaders(streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!LOST.has(error.code ?? '')) throw error;
      stream.destroy();
    });
  }
}
