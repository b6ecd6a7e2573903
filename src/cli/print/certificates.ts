import type { ListedCertificate } from '../../app/certificates.ts';
import type { Colors } from '../terminal.ts';
import { formatTable } from './table.ts';

/** Days from which on an end is near. */
const SOON = 30;

const WORDS = {
  valid: '',
  own: 'your own',
  'next-apply': 'made by the next apply',
  ended: 'has ended',
} as const;

/** One row for each certificate. */
export function formatCertificates(certificates: readonly ListedCertificate[], colors: Colors): string {
  const rows = certificates.map(({ domain, holder, until, daysLeft, state }) => [
    domain,
    holder,
    until.slice(0, 10),
    daysLeft < 0
      ? colors.red(String(daysLeft))
      : daysLeft < SOON
        ? colors.yellow(String(daysLeft))
        : String(daysLeft),
    WORDS[state],
  ]);
  return formatTable(['purpose', 'holder', 'until', 'days left', ''], rows, { colors });
}
