import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { reveal, type Text } from '../secrets/confidential.ts';
import { quote } from './quote.ts';

export interface Askpass {
  /** For the environment of ssh; holds paths alone. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes the password away again; as soon as ssh is in or has failed. */
  remove(): void;
}

/**
 * Hands a password to ssh without an argument, an environment variable or a file that keeps it: ssh runs the helper,
 * which takes one line out of a fifo in the private folder. Both password and keyboard-interactive may ask, so two
 * lines are laid ready; what was not taken is gone with the fifo.
 */
export function askpass(folder: string, name: string, password: Text): Askpass {
  const helper = join(folder, `${name}.ask`);
  const fifo = join(folder, `${name}.pw`);
  spawnSync('mkfifo', ['-m', '600', fifo]);
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
