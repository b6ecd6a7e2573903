import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stepsTable, withListenersTable, withStepsTable } from '../../src/steps/document.ts';

describe('the table of what listens', () => {
  const document = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');

  it('stands in docs/security.md as the definitions are; `npm run generate` writes it', () => {
    expect(withListenersTable(document)).toBe(document);
  });

  it('says on which hosts something listens and who may ask', () => {
    expect(document).toContain('| management | database | 3306 tcp | `control` | `control` |');
    expect(document).toContain(
      '| overlay | Geneve tunnels | 6081 udp | `network`, `compute` | `network`, `compute` |',
    );
    expect(document).toContain('| service | Identity (Keystone) | 5000 tcp | virtual address | anybody |');
    expect(document).not.toContain('| provider |');
  });
});

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
