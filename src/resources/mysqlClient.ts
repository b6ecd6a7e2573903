import { joinTexts, type Text } from '../secrets/confidential.ts';
import { subshell, withInput } from './shell.ts';

/**
 * root connects through the local socket, without a password and without TLS: the client verifies the server's
 * certificate there too (11.4 and newer), and could not repair one that has expired.
 */
const CLIENT =
  'mariadb --no-defaults --skip-ssl --default-character-set=utf8mb4 --user=root --batch --skip-column-names';
/** Escapes in our literals have their meaning whatever the server's mode. */
const SESSION = "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '');";
const READ_MARK = "SELECT 'server', 'up';";

/** All questions in one process; a server that does not run (yet) answers nothing, which is no error. */
export function ask(statements: readonly Text[]): Text {
  return withInput(
    `${CLIENT} --force`,
    joinTexts([SESSION, READ_MARK, ...statements, ''], '\n'),
    '2>/dev/null || :',
  );
}

export function answersOf(output: string): { readonly up: boolean; readonly rows: readonly string[][] } {
  const rows = output.split('\n').map((line) => line.split('\t'));
  return { up: rows.some((row) => row[0] === 'server' && row[1] === 'up'), rows };
}

/** No `|| exit`: the client's own exit code is the subshell's. */
export function execute(statements: readonly Text[]): Text {
  return subshell(withInput(CLIENT, joinTexts([SESSION, ...statements, ''], '\n')));
}
