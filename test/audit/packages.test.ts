import { describe, expect, it } from 'vitest';
import { packagesInspection } from '../../src/audit/packages.ts';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import { allInOne } from '../steps/clouds.ts';
import { hostOf, look, said } from './look.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const SECONDS = NOW.getTime() / 1000;
const inspection = packagesInspection(hostOf(allInOne(), 'one'), debian13, () => NOW);
const WELL = [`lists ${SECONDS - 3600}`, 'security', 'packages 1200'];

describe('packages', () => {
  it('are well with fresh lists, signed sources and no pending update', () => {
    expect(look(inspection, WELL)).toEqual([
      {
        topic: 'packages',
        where: 'one',
        state: 'pass',
        what: '1200 packages, all from signed sources and without a pending security update, by lists of today',
      },
    ]);
    expect(inspection.thorough).toBe(true);
  });

  it('warn of pending security updates, and of what no source has', () => {
    const verdicts = look(inspection, [
      ...WELL,
      ...Array.from({ length: 10 }, (_, index) => `update lib${index} 1.0 1.1`),
      'foreign tool 3',
      'superseded old 2',
    ]);
    expect(said(verdicts, 'warning')).toEqual([
      expect.stringMatching(/^security updates are pending: lib0 1\.0 -> 1\.1, .* and 2 more$/),
      'no source of the host has tool 3',
      'the sources have other versions of old 2',
    ]);
  });

  it('fail where a signature is not asked for', () => {
    const verdicts = look(inspection, [...WELL, 'unsigned APT::Get::AllowUnauthenticated "true";']);
    expect(said(verdicts, 'fail')).toEqual([
      'packages are taken without a signature: APT::Get::AllowUnauthenticated "true";',
    ]);
  });

  it('say how old the lists are, and where there are none', () => {
    const lists = (...lines: readonly string[]) =>
      said(look(inspection, ['packages 3', ...lines]), 'warning');
    expect(lists(`lists ${SECONDS - 8 * 86_400}`, 'security')).toEqual([
      'the package lists are of 8 days ago',
    ]);
    expect(lists('lists 0')).toEqual(['there are no package lists: updates are not known']);
    expect(lists(`lists ${SECONDS}`)).toEqual(['no source has security updates']);
  });

  it('fail where none is shown', () => {
    expect(said(look(inspection, [`lists ${SECONDS}`, 'security', 'packages 0']), 'fail')).toHaveLength(1);
  });
});
