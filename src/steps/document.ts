import { steps } from './index.ts';
import { listenersTable } from './listeners.ts';

/** The table of all steps, for the document that describes a run. */
export function stepsTable(): string {
  const rows = steps.map(({ name, needs, title }) => `| \`${name}\` | ${needs.join(', ')} | ${title} |`);
  return ['| step | needs | sets up |', '|---|---|---|', ...rows].join('\n');
}

/** The document with the table of steps in its place between two marks; throws where they are missing. */
export function withStepsTable(document: string): string {
  return withTable(document, 'steps', stepsTable());
}

/** The same with the table of what listens and who may ask. */
export function withListenersTable(document: string): string {
  return withTable(document, 'listeners', listenersTable());
}

function withTable(document: string, name: string, table: string): string {
  const mark = `<!-- ${name}: written by \`npm run generate\` -->`;
  const begin = document.indexOf(mark);
  const end = document.indexOf(`<!-- end of ${name} -->`);
  if (begin < 0 || end < begin) throw new Error(`the document has no place for the table of ${name}`);
  return `${document.slice(0, begin + mark.length)}\n\n${table}\n\n${document.slice(end)}`;
}
