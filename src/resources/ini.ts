import { fail } from '../errors/problem.ts';
import { Confidential, joinTexts, reveal, type Text, text } from '../secrets/confidential.ts';

/** First line of every file that Cloudwright writes whole. */
export const MANAGED = 'Managed by Cloudwright; changes are put back at the next apply.';

/** A value in which `$option` refers to another option of the file, as oslo.config has it. */
export class Interpolated {
  readonly text: Text;

  constructor(text: Text) {
    this.text = text;
  }
}

type Scalar = Text | number | Interpolated;

/** A value of an option. An array is an option given several times (oslo.config's MultiStrOpt). */
export type IniValue = Scalar | boolean | readonly Scalar[];

/** Options left `undefined` are left out, so that a caller can write `key: condition ? value : undefined`. */
export type IniSection = Readonly<Record<string, IniValue | undefined>>;
export type IniSections = Readonly<Record<string, IniSection | undefined>>;

/** Where values come from, by section and option: `{ DEFAULT: { debug: 'cloud.yaml:41' } }`. */
export type IniOrigins = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Content of a file with notes on some of its lines, shown in a plan and written nowhere. */
export class AnnotatedText {
  readonly content: Text;
  /** By line, counted from 0. */
  readonly notes: ReadonlyMap<number, string>;

  constructor(content: Text, notes: ReadonlyMap<number, string>) {
    this.content = content;
    this.notes = notes;
  }
}

export interface IniOptions {
  /**
   * `oslo`, the default: values are escaped so that oslo.config reads back exactly the given text.
   * `plain`: values are written as they are, for other readers of such files.
   */
  readonly syntax?: 'oslo' | 'plain';
  readonly origins?: IniOrigins;
}

/** Applies `change` to the text and to its masked form. */
function mapText(value: Text, change: (text: string) => string): Text {
  if (typeof value === 'string') return change(value);
  return new Confidential(change(value.reveal()), change(value.masked));
}

/**
 * As oslo.config reads it back: it replaces `$$` and `\$` by a dollar sign, strips white space around the value,
 * and then takes off one pair of quotes (oslo_config/iniparser.py, `_substitute` in oslo_config/cfg.py).
 */
function osloLiteral(value: string): string {
  return value.replace(/(\\?)\$/g, (_, backslash: string) => (backslash ? '\\\\$' : '$$'));
}

function osloQuoted(value: string): string {
  const quoted = /^["']/.test(value) && value.at(-1) === value[0];
  return quoted || value !== value.trim() ? `"${value}"` : value;
}

function scalarText(section: string, option: string, value: Scalar, syntax: 'oslo' | 'plain'): Text {
  if (typeof value === 'number') return String(value);
  const given = value instanceof Interpolated ? value.text : value;
  // What Python's str.splitlines takes for the end of a line, and NUL.
  if (/[\n\r\v\f\x1c-\x1e\x85\u2028\u2029\0]/.test(reveal(given))) {
    fail('CONFIG_VALUE_MULTILINE', { details: { section, option } });
  }
  if (syntax === 'plain') return given;
  return mapText(value instanceof Interpolated ? given : mapText(given, osloLiteral), osloQuoted);
}

function isList(value: IniValue): value is readonly Scalar[] {
  return Array.isArray(value);
}

function valuesOf(section: string, option: string, value: IniValue, syntax: 'oslo' | 'plain'): Text[] {
  if (typeof value === 'boolean') return [value ? 'true' : 'false'];
  const list = isList(value) ? value : [value];
  return list.map((item) => scalarText(section, option, item, syntax));
}

/**
 * An oslo.config file: `[section]` and `key = value` lines. Sections and options stand in the order given, with
 * DEFAULT first, since it is the same description that must give the same bytes at every run. With `origins`, the
 * lines of those options carry a note. Throws CONFIG_VALUE_MULTILINE where a value holds a line break.
 */
export function renderIni(
  sections: IniSections,
  options: IniOptions & { readonly origins: IniOrigins },
): AnnotatedText;
export function renderIni(sections: IniSections, options?: Omit<IniOptions, 'origins'>): Text;
export function renderIni(sections: IniSections, options: IniOptions = {}): Text | AnnotatedText {
  const names = Object.keys(sections);
  const ordered = [...names.filter((n) => n === 'DEFAULT'), ...names.filter((n) => n !== 'DEFAULT')];
  const result: Text[] = [`# ${MANAGED}`];
  const notes = new Map<number, string>();
  for (const name of ordered) {
    const section = sections[name];
    if (!section) continue;
    result.push('', `[${name}]`);
    for (const [option, value] of Object.entries(section)) {
      if (value === undefined) continue;
      const origin = options.origins?.[name]?.[option];
      for (const item of valuesOf(name, option, value, options.syntax ?? 'oslo')) {
        if (origin !== undefined) notes.set(result.length, origin);
        result.push(text`${option} = ${item}`);
      }
    }
  }
  const content = joinTexts([...result, ''], '\n');
  return options.origins ? new AnnotatedText(content, notes) : content;
}
