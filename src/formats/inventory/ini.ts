import { problem } from '../../errors/problem.ts';
import { nearest } from '../../errors/suggest.ts';
import type { SourceFile } from '../result.ts';
import { withPlace } from '../values/node.ts';
import { looksSecret, MOST_TEXT, SourceText } from '../values/source.ts';
import {
  addMembers,
  emptyInventory,
  groupNamed,
  hostNamed,
  type Inventory,
  type Variable,
} from './inventory.ts';
import { readLiteral } from './literal.ts';
import { expandHosts } from './ranges.ts';
import { splitWords } from './words.ts';

type Kind = 'hosts' | 'children' | 'vars';

interface Section {
  readonly group: string;
  readonly kind: Kind;
}

/** Reads an Ansible inventory in INI form. Lines that cannot be read become problems; reading goes on. Never throws. */
export function readIniInventory(file: SourceFile): Inventory {
  const source = new SourceText(file);
  const inventory = emptyInventory(file.path);
  if (source.text.length > MOST_TEXT) {
    const details = { file: file.path, reason: `it has more than ${MOST_TEXT} characters` };
    inventory.problems.push(
      problem('IMPORT_TOO_LARGE', { place: source.placeInLine(0, 0, 1, true), details }),
    );
    return inventory;
  }
  let section: Section = { group: 'ungrouped', kind: 'hosts' };
  for (let index = 0; index < source.lineCount; index++) {
    const line = source.line(index);
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    if (trimmed.startsWith('[') && !/^\[\d+:\d+/.test(trimmed)) {
      section = readSection(inventory, source, index, trimmed) ?? section;
      continue;
    }
    readLine(inventory, source, index, section);
  }
  checkGroups(inventory);
  return inventory;
}

function wrongLine(inventory: Inventory, source: SourceText, line: number, reason: string, column = 0): void {
  const length = Math.max(1, source.line(line).length - column);
  // A line that cannot be read may hold anything, a secret too.
  const place = source.placeInLine(line, column, length, source.line(line).includes('='));
  inventory.problems.push(problem('IMPORT_INVENTORY_LINE', { place, details: { reason } }));
}

function readSection(
  inventory: Inventory,
  source: SourceText,
  index: number,
  text: string,
): Section | undefined {
  const header = /^\[([^\]:]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(text);
  const group = header?.[1]?.trim();
  if (!header || !group) {
    wrongLine(inventory, source, index, 'a section is `[group]`, `[group:children]` or `[group:vars]`');
    return undefined;
  }
  const kind = header[2] ?? 'hosts';
  if (kind !== 'hosts' && kind !== 'children' && kind !== 'vars') {
    wrongLine(inventory, source, index, 'behind the colon stands `children` or `vars`');
    return undefined;
  }
  groupNamed(inventory, group, source.placeInLine(index, source.line(index).indexOf('['), header[0].length));
  return { group, kind };
}

function readLine(inventory: Inventory, source: SourceText, index: number, section: Section): void {
  const line = source.line(index);
  const indent = line.length - line.trimStart().length;
  if (section.kind === 'vars') {
    const equals = line.indexOf('=');
    const key = equals === -1 ? '' : line.slice(0, equals).trim();
    if (key === '') {
      wrongLine(inventory, source, index, 'a variable is written `name=value`', indent);
      return;
    }
    const variable = readVariable(
      source,
      index,
      key,
      line.slice(equals + 1).trim(),
      indent,
      line.trimEnd().length - indent,
    );
    groupNamed(inventory, section.group, variable.place).variables.push(variable);
    return;
  }
  const words = splitWords(line);
  const first = words?.[0];
  if (!words) {
    wrongLine(inventory, source, index, 'a quote is not closed', indent);
    return;
  }
  if (!first) return;
  const place = source.placeInLine(index, first.column, first.length);
  if (section.kind === 'children') {
    const parent = groupNamed(inventory, section.group, place);
    if (!parent.children.has(first.text)) parent.children.set(first.text, place);
    if (words.length > 1)
      wrongLine(inventory, source, index, 'a child group stands alone on its line', words[1]?.column);
    return;
  }
  const hosts = expandHosts(first.text);
  if (hosts.kind === 'wrong') {
    const details = { pattern: first.text.slice(0, 80), reason: hosts.reason };
    inventory.problems.push(problem('IMPORT_INVENTORY_RANGE', { place, details }));
    return;
  }
  if (first.text.includes('=')) {
    wrongLine(inventory, source, index, 'a host line begins with the name of the host', first.column);
    return;
  }
  if (first.text.includes(',')) {
    wrongLine(
      inventory,
      source,
      index,
      'each host stands on a line of its own, without commas',
      first.column,
    );
    return;
  }
  const variables: Variable[] = [];
  for (const word of words.slice(1)) {
    const equals = word.text.indexOf('=');
    if (equals < 1) {
      wrongLine(inventory, source, index, 'behind a host stand variables as `name=value`', word.column);
      continue;
    }
    const value = word.text.slice(equals + 1);
    variables.push(readVariable(source, index, word.text.slice(0, equals), value, word.column, word.length));
  }
  const group = groupNamed(inventory, section.group, place);
  if (!addMembers(inventory, group, hosts.names, place)) return;
  for (const name of hosts.names) {
    const host = hostNamed(inventory, name, place);
    if (host.variables.length === 0 && variables.length > 0) host.place = place;
    if (hosts.port !== undefined) host.port = hosts.port;
    host.variables.push(...variables);
  }
}

function readVariable(
  source: SourceText,
  line: number,
  key: string,
  value: string,
  column: number,
  length: number,
): Variable {
  const secret = looksSecret(key);
  const place = source.placeInLine(line, column, length, secret);
  // A password of digits is text all the same.
  return { key, place, node: withPlace(secret ? unquoted(value) : readLiteral(value), place) };
}

function unquoted(value: string): string {
  const trimmed = value.trim();
  const quoted = /^(["'])(.*)\1$/.exec(trimmed);
  return quoted?.[2] ?? trimmed;
}

/** Child groups must exist, and no group may contain itself. */
export function checkGroups(inventory: Inventory): void {
  for (const group of [...inventory.groups.values()]) {
    for (const [child, place] of group.children) {
      if (inventory.groups.has(child)) continue;
      const suggestion = nearest(child, inventory.groups.keys());
      const details = { group: child.slice(0, 80) };
      inventory.problems.push(
        problem('IMPORT_INVENTORY_GROUP', { place, details, suggestion, severity: 'warning' }),
      );
    }
  }
  const state = new Map<string, 'open' | 'done'>();
  for (const start of inventory.groups.keys()) {
    const path: { name: string; rest: string[] }[] = [];
    const enter = (name: string): void => {
      state.set(name, 'open');
      path.push({ name, rest: [...(inventory.groups.get(name)?.children.keys() ?? [])] });
    };
    if (!state.has(start)) enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const child = top.rest.pop();
      if (child === undefined) {
        state.set(top.name, 'done');
        path.pop();
        continue;
      }
      if (state.get(child) === 'open') {
        const place = inventory.groups.get(top.name)?.children.get(child);
        inventory.problems.push(
          problem('IMPORT_INVENTORY_CYCLE', { place, details: { group: child.slice(0, 80) } }),
        );
        continue;
      }
      if (!state.has(child) && inventory.groups.has(child)) enter(child);
    }
  }
}
