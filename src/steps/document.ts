import { steps } from './index.ts';

const BEGIN = '<!-- steps: written by `npm run generate` -->';
const END = '<!-- end of steps -->';

/** The table of all steps, for the document that describes a run. */
export function stepsTable(): string {
  const rows = steps.map(({ name, needs, title }) => `| \`${name}\` | ${needs.join(', ')} | ${title} |`);
  return ['| step | needs | sets up |', '|---|---|---|', ...rows].join('\n');
}

/** The document with the table in its place between the two marks; throws where they are missing. */
export function withStepsTable(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('the document has no place for the table of steps');
  return `${document.slice(0, begin + BEGIN.length)}\n\n${stepsTable()}\n\n${document.slice(end)}`;
}
