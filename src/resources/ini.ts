import { joinTexts, type Text, text } from '../secrets/confidential.ts';

/** First lines of every file that Cloudwright writes whole. */
export const MANAGED = 'Managed by Cloudwright; changes are put back at the next apply.';

/** A value of an option. An array is an option given several times (oslo.config's MultiStrOpt). */
export type IniValue = Text | number | boolean | readonly (Text | number)[];

/** Options left `undefined` are left out, so that a caller can write `key: condition ? value : undefined`. */
export type IniSection = Readonly<Record<string, IniValue | undefined>>;
export type IniSections = Readonly<Record<string, IniSection | undefined>>;

function valueLines(key: string, value: IniValue, separator: string): Text[] {
  if (typeof value === 'boolean') return [`${key}${separator}${value ? 'true' : 'false'}`];
  if (!isList(value)) return [text`${key}${separator}${value}`];
  return value.map((item) => text`${key}${separator}${item}`);
}

function isList(value: IniValue): value is readonly (Text | number)[] {
  return Array.isArray(value);
}

function optionLines(section: IniSection, separator: string): Text[] {
  const result: Text[] = [];
  for (const [key, value] of Object.entries(section)) {
    if (value !== undefined) result.push(...valueLines(key, value, separator));
  }
  return result;
}

/**
 * An oslo.config file: `[section]` and `key = value` lines. Sections and options stand in the order given, with
 * DEFAULT first, since it is the same description that must give the same bytes at every run.
 */
export function renderIni(sections: IniSections): Text {
  const names = Object.keys(sections);
  const ordered = [...names.filter((n) => n === 'DEFAULT'), ...names.filter((n) => n !== 'DEFAULT')];
  const result: Text[] = [`# ${MANAGED}`];
  for (const name of ordered) {
    const section = sections[name];
    if (section) result.push('', `[${name}]`, ...optionLines(section, ' = '));
  }
  return joinTexts([...result, ''], '\n');
}

/** A file of `key=value` lines, as for /etc/default/*. `separator`: `=` unless told. */
export function renderPairs(pairs: IniSection, separator = '='): Text {
  return joinTexts([`# ${MANAGED}`, ...optionLines(pairs, separator), ''], '\n');
}
