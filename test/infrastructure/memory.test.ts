import { describe, expect, it } from 'vitest';
import { memoryShare } from '../../src/infrastructure/memory.ts';
import { allInOne } from '../steps/clouds.ts';

function size(cpus: number, memoryMiB: number) {
  const [facts] = allInOne('', { cpus, memoryMiB }).facts.values();
  if (!facts) throw new Error('a cloud has a host');
  return facts;
}

describe('memoryShare', () => {
  it('stays between its bounds', () => {
    expect(memoryShare(size(2, 1000), 0.1, 512, 8192)).toBe(512);
    expect(memoryShare(size(2, 20_000), 0.1, 512, 8192)).toBe(2000);
    expect(memoryShare(size(2, 1_000_000), 0.1, 512, 8192)).toBe(8192);
  });
});
