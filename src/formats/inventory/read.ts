import type { SourceFile } from '../result.ts';
import { readIniInventory } from './ini.ts';
import type { Inventory } from './inventory.ts';
import { readYamlInventory } from './yaml.ts';

/** Reads an inventory of either form, recognised by content: YAML begins with a group name and a colon. */
export function readInventory(file: SourceFile): Inventory {
  return looksLikeYaml(file.text) ? readYamlInventory(file) : readIniInventory(file);
}

function looksLikeYaml(text: string): boolean {
  for (const line of text.slice(0, 50_000).split('\n')) {
    const trimmed = line.replace(/^\ufeff/, '').trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed === '---') {
      if (trimmed === '---') return true;
      continue;
    }
    return /^["']?[\w.-]+["']?:(?:\s+(?:#.*|\{.*)?)?$/.test(trimmed);
  }
  return false;
}
