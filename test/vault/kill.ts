import type { FileHandle } from 'node:fs/promises';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Operation = (...given: unknown[]) => Promise<unknown>;

const OPERATIONS = [
  'open',
  'link',
  'rename',
  'rm',
  'mkdir',
  'readdir',
  'readFile',
  'writeFile',
  'chmod',
] as const;
/** Not `close`: the kernel closes the files of a killed process. */
const OF_HANDLES = ['stat', 'readFile', 'writeFile', 'chmod', 'sync', 'truncate'] as const;

class Killed extends Error {}

/**
 * Runs `work` as a process that is killed at its file operation number `nth`: that one and all later ones do nothing,
 * so nothing is cleaned up either. A write is cut in the middle. Gives whether it came that far.
 */
export async function killedAt(nth: number, work: () => Promise<unknown>): Promise<boolean> {
  let count = 0;
  const undo: (() => void)[] = [];
  function patch(owner: object, name: string): void {
    const methods = owner as Record<string, Operation>;
    const original = methods[name] as Operation;
    methods[name] = async function (this: unknown, ...given: unknown[]) {
      count += 1;
      const [content] = given;
      if (count === nth && name === 'writeFile' && given.length === 1 && typeof content === 'string') {
        await original.call(this, content.slice(0, content.length / 2));
      }
      if (count >= nth) throw new Killed();
      return await original.apply(this, given);
    };
    undo.push(() => {
      methods[name] = original;
    });
  }
  const handle = await promises.open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  for (const name of OF_HANDLES) patch(prototype, name);
  for (const name of OPERATIONS) patch(promises, name);
  syncBuiltinESMExports();
  try {
    await work().catch((error: unknown) => {
      // Some errors are reported with a code of their own.
      if (count < nth) throw error;
    });
    return count >= nth;
  } finally {
    for (const restore of undo) restore();
    syncBuiltinESMExports();
  }
}
