/** Open brackets, list marks on one line and columns of indentation that no file of variables comes near. */
const MOST_OPEN = 200;
const MOST_MARKS = 60;
const MOST_INDENT = 1000;

/**
 * Looks for depth that the YAML library would not end well with: it recurses, and makes regular expressions as wide
 * as the indentation. Brackets in quotes count too, which is why a new key at the margin starts the count again.
 * `lines` come without their ends.
 */
export function isDeep(lines: Iterable<string>): boolean {
  let open = 0;
  for (const line of lines) {
    const text = line.trimStart();
    if (line.length - text.length > MOST_INDENT) return true;
    if (text.startsWith('#')) continue;
    if (/^\w/.test(line)) open = 0;
    const marks = /^(?:[-?:&*!]\S*[ \t]+)+/.exec(text.slice(0, 4000))?.[0].match(/[ \t]+/g)?.length ?? 0;
    if (marks > MOST_MARKS) return true;
    for (const unit of text) {
      if (unit === '[' || unit === '{') open += 1;
      else if (unit === ']' || unit === '}') open = Math.max(0, open - 1);
      if (open > MOST_OPEN) return true;
    }
  }
  return false;
}
