import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../errors/problem.ts';
import { reveal, type Text } from '../secrets/confidential.ts';
import { quote } from './quote.ts';

export interface AskpassOptions {
  readonly host: string;
  /** Private folder (0700). */
  readonly folder: string;
  /** Unique in the folder. */
  readonly name: string;
  readonly password: Text;
}

export interface Askpass {
  /** For the environment of ssh; holds paths alone. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes the password away again; as soon as ssh has logged in or failed. */
  remove(): void;
}

/**
 * Hands a password to ssh without an argument, an environment variable or a file that keeps it: ssh runs the helper,
 * which takes one line out of a fifo in the private folder. Both password and keyboard-interactive authentication may
 * ask, so two lines are ready; what was not taken is lost with the fifo. Fails with HOST_ASKPASS_FAILED.
 */
export function askpass(options: AskpassOptions): Askpass {
  const { folder, name, password } = options;
  const helper = join(folder, `${name}.ask`);
  const fifo = join(folder, `${name}.pw`);
  makeFifo(options.host, fifo);
  writeFileSync(
    helper,
    `#!/bin/sh\ncase $1 in *assword*) IFS= read -r p < ${quote(fifo)} && printf '%s\\n' "$p" ;; *) exit 1 ;; esac\n`,
    { mode: 0o700 },
  );
  // Opened for both directions, so that neither side waits for the other.
  const pipe = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(pipe, `${reveal(password)}\n${reveal(password)}\n`);
  return {
    environment: {
      SSH_ASKPASS: helper,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: process.env.DISPLAY ?? ':0',
    },
    remove() {
      closeSync(pipe);
      rmSync(fifo, { force: true });
      rmSync(helper, { force: true });
    },
  };
}

/** A plain file in the fifo's place would keep the password on the disk, so nothing is written unless this succeeds. */
function makeFifo(host: string, fifo: string): void {
  const made = spawnSync('mkfifo', ['-m', '600', fifo], { encoding: 'utf8' });
  if (made.status === 0) return;
  fail('HOST_ASKPASS_FAILED', {
    place: { kind: 'cloud', host },
    details: { host },
    evidence: made.error?.message ?? made.stderr.trim(),
    cause: made.error,
  });
}
