import { quote, STATE_DIRECTORY } from './shell.ts';

/** Made after a successful `apt-get update`. */
export const LISTS_STAMP = `${STATE_DIRECTORY}/apt-lists-current`;

/** Exit code of a script whose package mirror or package transaction failed; apt's own lines are on stderr. */
export const APT_FAILED = 96;

/**
 * Shell function `refresh`: reads the package lists anew. Without `Error-Mode=any` apt answers 0 when a mirror
 * can't be reached and goes on with the lists it has.
 */
export const REFRESH = [
  `apt_log=${STATE_DIRECTORY}/apt.log`,
  `mkdir -p ${STATE_DIRECTORY} || exit 1`,
  'apt_failed() {',
  // What a server or the network said stands indented below its `Err:` line.
  `  grep -E '^(E|W|Err|dpkg: error)|^ +([1-5][0-9][0-9] |Could not|Connection|Temporary failure|Unable)' "$apt_log" >&2 || tail -n 25 "$apt_log" >&2`,
  `  exit ${APT_FAILED}`,
  '}',
  'refresh() {',
  `  apt-get -q -o APT::Update::Error-Mode=any -o DPkg::Lock::Timeout=60 update </dev/null >"$apt_log" 2>&1 || apt_failed`,
  `  : >${quote(LISTS_STAMP)}`,
  '}',
].join('\n');
