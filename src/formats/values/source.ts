import type { FilePlace } from '../../errors/problem.ts';
import type { SourceFile } from '../result.ts';

/** Longest file that is read, in UTF-16 units; the largest inventories known have a tenth of it. */
export const MOST_TEXT = 4_000_000;

const SECRET_NAME =
  /pass(?:wd|word|phrase)?|secret|token|credential|private|cookie|(?:^|_)(?:kek|pw|salt|hmac|key|keyring|keys)(?:_|$|\d)|_key$|^vault_|ssh_key/i;

/** Names that match the pattern for secrets though their values are none. */
const OPEN_NAME =
  /(?:^|_)(?:deploy_ssh_key|keyring_file|ssh_private_key_file|key_type|keyring|token_provider|token_expiry|auto_renew_certificates|kubelet_authentication_token_webhook|kube_encrypt_secret_data|registry_tls_secret|update_keystone_service_user_passwords)$/i;

/** Whether a value of this name may be a secret, judged by the name alone. */
export function looksSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !OPEN_NAME.test(name);
}

/** Text of a file with its lines, for turning offsets into places. A byte order mark is dropped. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly #starts: number[] = [0];

  constructor(source: SourceFile) {
    this.file = source.path;
    this.text = source.text.startsWith('\ufeff') ? source.text.slice(1) : source.text;
    let at = this.text.indexOf('\n');
    while (at !== -1) {
      this.#starts.push(at + 1);
      at = this.text.indexOf('\n', at + 1);
    }
  }

  /** Lines without their ends, from 0. */
  line(index: number): string {
    const start = this.#starts[index];
    if (start === undefined) return '';
    const end = this.#starts[index + 1];
    return this.text.slice(start, end === undefined ? undefined : end - 1).replace(/\r$/, '');
  }

  *lines(): Generator<string> {
    for (let index = 0; index < this.lineCount; index++) yield this.line(index);
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /**
   * The place of `length` units at `offset`. The line's text goes with it only where neither its look nor
   * `hidden` says that it may hold a secret.
   */
  place(offset: number, length: number, hidden = false): FilePlace {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.placeInLine(low, offset - (this.#starts[low] ?? 0), length, hidden);
  }

  /** As `place`, by line and column from 0. */
  placeInLine(line: number, column: number, length: number, hidden = false): FilePlace {
    const text = this.line(line);
    const longest = Math.max(1, text.length - column);
    return {
      kind: 'file',
      file: this.file,
      line: line + 1,
      column: column + 1,
      length: Math.max(1, Math.min(length, longest)),
      ...(!hidden && text.length <= 300 && !mayHoldSecret(text) && { text }),
    };
  }
}

function mayHoldSecret(line: string): boolean {
  return /pass|secret|token|vault|credential|kek|cookie|private|(?:^|[_\W])(?:pw|key|salt|hmac)s?\b|_key/i.test(
    line,
  );
}

/** The same place without the line's text. */
export function hideText(place: FilePlace): FilePlace {
  const { text: _, ...rest } = place;
  return rest;
}
