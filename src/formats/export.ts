import type { Problem } from '../errors/problem.ts';
import type { Outcome } from './report.ts';
import type { SourceFile } from './result.ts';

/**
 * Outcome of one part of a description on its way to another installer.
 *
 * - `carried`: to `to` in the written files.
 * - `default`: equal to what that installer does anyway.
 * - `unsupported`: that installer has no equivalent; `note` says what its cloud would be like.
 * - `meaningless`, `suspicious`: as for an import.
 */
export interface ExportedPart {
  /** Path in the description, e.g. `networks.management.vip`. */
  readonly path: string;
  readonly outcome: Outcome;
  readonly to?: string;
  readonly note?: string;
}

export interface ExportResult {
  readonly format: 'burrito' | 'packstack' | 'kolla';
  /** Files to write, named from their folder on. */
  readonly files: readonly SourceFile[];
  readonly parts: readonly ExportedPart[];
  readonly problems: readonly Problem[];
}

const ORDER: readonly Outcome[] = ['suspicious', 'unsupported', 'carried', 'meaningless', 'default'];

/** The report for a terminal; the closing count adds up to every part that was looked at. */
export function exportLines(result: ExportResult): readonly string[] {
  const lines: string[] = [];
  for (const outcome of ORDER) {
    for (const part of result.parts) {
      if (part.outcome !== outcome || outcome === 'default') continue;
      const to = part.to ? ` → ${part.to}` : '';
      const note = part.note ? `: ${part.note}` : '';
      lines.push(`${outcome.padEnd(12)} ${part.path}${to}${note}`);
    }
  }
  const counts = ORDER.map(
    (outcome) => `${result.parts.filter((part) => part.outcome === outcome).length} ${outcome}`,
  );
  lines.push(
    `${result.parts.length} parts of the description: ${counts.join(' + ')} = ${result.parts.length}`,
  );
  return lines;
}
