import type { DraftPath, DraftValue } from '../result.ts';
import { isPlainList, isPlainMap, type Plain, plainOf, type ValueNode } from '../values/node.ts';
import type { ImportContext } from './context.ts';

/** Variable that carries what the other tool has no name for; an export writes it, the tool ignores it. */
export const CLOUDWRIGHT_VARIABLE = 'cloudwright';

/** Reads one value of the variable, such as an address range, without marking anything. */
export function cloudwrightValue(context: ImportContext, path: readonly string[]): Plain | undefined {
  const entry = context.entry(CLOUDWRIGHT_VARIABLE);
  let value: Plain | undefined = entry && plainOf(entry.node);
  for (const part of path) value = isPlainMap(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return value;
}

/** Puts what the variable says into the description; it has precedence over what was derived or assumed. */
export function carryCloudwrightVariable(context: ImportContext): void {
  const entry = context.entry(CLOUDWRIGHT_VARIABLE);
  if (entry?.node.kind !== 'map') return;
  walk(context, [], entry.node);
  context.settle(CLOUDWRIGHT_VARIABLE, 'carried', {
    note: 'what this tool has no name for, kept by an export of Cloudwright',
  });
}

function walk(context: ImportContext, path: DraftPath, node: ValueNode): void {
  if (node.kind !== 'map' || node.entries.length === 0) {
    const value = node.kind === 'map' ? {} : asDraft(plainOf(node));
    if (path.length > 0 && path.length < 8) context.draft.set(path, value, { place: node.place });
    return;
  }
  for (const entry of node.entries) walk(context, [...path, entry.key], entry.value);
}

function asDraft(value: Plain): DraftValue {
  if (isPlainList(value)) return value.map(asDraft);
  return value as DraftValue;
}
