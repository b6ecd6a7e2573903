import fc from 'fast-check';
import { expect } from 'vitest';

/** Text of one line, rich in what oslo.config treats specially. */
export const osloText = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'$\\"\' \tab{}=:[#한') }),
    fc.string({ unit: 'grapheme-ascii' }),
  )
  .map((value) => value.replace(/[\r\n\v\f\x1c-\x1e]/g, ''));

/** The values of a file as oslo.config reads them; the test's own reading of its rules, for one line a value. */
export function osloValues(content: string): string[] {
  const values: string[] = [];
  for (const line of content.split('\n').map((one) => one.trimEnd())) {
    if (line === '' || line.startsWith('#') || line.startsWith('[')) continue;
    expect(line).not.toMatch(/^\s/);
    let value = line.slice(line.indexOf('=') + 1).trim();
    if (/^["']/.test(value) && value.at(-1) === value[0]) value = value.slice(1, -1);
    // The first of the two is oslo.config's own escape, the rest that of Python's string.Template.
    value = value.replaceAll('\\$', '$$$$');
    values.push(
      value.replace(/\$(?:(\$)|([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)\})/gi, (whole, dollar?: string) => {
        if (dollar !== undefined) return '$';
        throw new Error(`${whole} refers to another option`);
      }),
    );
  }
  return values;
}
