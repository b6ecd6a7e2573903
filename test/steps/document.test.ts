import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stepsTable, withStepsTable } from '../../src/steps/document.ts';

describe('the table of steps', () => {
  it('stands in docs/engine.md as the steps are; `npm run generate` writes it', () => {
    const document = readFileSync(new URL('../../docs/engine.md', import.meta.url), 'utf8');
    expect(withStepsTable(document)).toBe(document);
  });

  it('names what each step needs', () => {
    expect(stepsTable()).toContain(
      '| `compute` | preflight, placement, messaging, ceph, hypervisor | Compute (Nova) |',
    );
  });

  it('is not put where there is no place for it', () => {
    expect(() => withStepsTable('# nothing')).toThrow('no place');
  });
});
