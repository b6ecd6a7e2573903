import { randomBytes } from 'node:crypto';
import { KEPT_DESCRIPTOR } from './connection.ts';
import { quote } from './quote.ts';

/** A marker that does not occur in any output by accident: 128 random bits. */
export function newToken(): string {
  return `cw-${randomBytes(16).toString('hex')}`;
}

/**
 * What is written to a shell for one script. The script is one quoted word that a subshell evaluates, so a
 * syntax error, `exit`, a changed directory or variable ends with it; its input is empty. Then the end marker with
 * the exit code follows on standard output, and the marker alone on standard error, each on a line of its own and
 * after a newline that is not part of the output. With `keeps` there is no subshell, so what the script opens stays
 * open.
 */
export function frame(script: string, token: string, keeps = false): string {
  // The blank keeps a script that starts with "-" from being an option of eval.
  const word = quote(` ${script}`);
  const work = keeps ? `{ eval ${word}; }` : `( eval ${word} ) ${KEPT_DESCRIPTOR}>&-`;
  return `${work} </dev/null; cw_status=$?; printf '\\n%s %d\\n' ${token} "$cw_status"; printf '\\n%s\\n' ${token} >&2\n`;
}

export interface Frame {
  readonly text: string;
  /** Exit code; 0 where the marker carries none. */
  readonly status: number;
}

/** Gathers one stream of a shell until the end marker has come, however the bytes are cut into pieces. */
export interface FrameReader {
  /** The frame, once its marker is complete. */
  push(chunk: Buffer): Frame | undefined;
  /** Everything that has come; evidence when the shell ends. */
  received(): string;
}

export function frameReader(token: string): FrameReader {
  const marker = Buffer.from(`\n${token}`);
  // The marker may be cut across pieces: as much of the end is looked at again as it can be long, with its status.
  const longest = marker.length + 8;
  const chunks: Buffer[] = [];
  let carry = Buffer.alloc(0);
  return {
    push(chunk) {
      chunks.push(chunk);
      const window = Buffer.concat([carry, chunk]);
      const at = window.indexOf(marker);
      const end = at < 0 ? -1 : window.indexOf(10, at + marker.length);
      carry = at < 0 ? window.subarray(Math.max(0, window.length - longest)) : window.subarray(at);
      if (end < 0) return undefined;
      const whole = Buffer.concat(chunks);
      const start = whole.indexOf(marker);
      const status = whole
        .subarray(start + marker.length, whole.indexOf(10, start + marker.length))
        .toString();
      return { text: whole.subarray(0, start).toString('utf8'), status: Number(status.trim() || 0) };
    },
    received: () => Buffer.concat(chunks).toString('utf8'),
  };
}
