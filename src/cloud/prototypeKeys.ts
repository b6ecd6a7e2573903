import { type Problem, problem } from '../errors/problem.ts';
import type { DescriptionDocument, Path } from './document.ts';
import { isMap } from './draft.ts';
import { showPath } from './issues.ts';

/**
 * Removes the keys `__proto__` from the tree and says where they stood: no option or host can have this name, and the
 * schema passes over it without a word where names are free.
 */
export function takePrototypeKeys(tree: unknown, path: Path, document: DescriptionDocument): Problem[] {
  if (Array.isArray(tree))
    return tree.flatMap((item, index) => takePrototypeKeys(item, [...path, index], document));
  if (!isMap(tree)) return [];
  return Object.entries(tree).flatMap(([key, value]) => {
    const inner = [...path, key];
    if (key !== '__proto__') return takePrototypeKeys(value, inner, document);
    delete tree[key];
    const details = {
      value: key,
      path: showPath(path),
      rule: 'another name',
      meaning: 'This name is reserved.',
    };
    return [problem('CLOUD_FORMAT', { place: document.keyAt(inner), details })];
  });
}
