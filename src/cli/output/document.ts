import type { z } from 'zod';
import { eventSchemas } from './events.ts';
import { resultSchemas } from './results.ts';

const MARK = { begin: '<!-- generated: begin -->', end: '<!-- generated: end -->' };

/** `docs/json.md` with the tables of events and results put between its marks. */
export function withOutputTables(page: string): string {
  const begin = page.indexOf(MARK.begin);
  const end = page.indexOf(MARK.end);
  if (begin < 0 || end < begin) throw new Error('docs/json.md has lost its marks');
  return `${page.slice(0, begin)}${MARK.begin}\n${tables()}\n${page.slice(end)}`;
}

function tables(): string {
  const events = eventSchemas.map((event) => {
    const { type, at: _, ...shape } = event.shape;
    const { version: program, ...rest } = { version: undefined, ...shape };
    const fields = program ? { ...rest, program } : rest;
    return `| \`${type.value}\` | ${fieldsOf(fields)} | ${event.meta()?.description ?? ''} |`;
  });
  const results = Object.entries(resultSchemas).map(
    ([command, data]) => `| \`${command}\` | ${fieldsOf(data.shape)} |`,
  );
  return `## Events

Every event has \`version\`, \`type\` and \`at\` (milliseconds since the epoch), and:

| type | fields | meaning |
|---|---|---|
${events.join('\n')}

## Results

| command | fields of \`data\` |
|---|---|
${results.join('\n')}`;
}

function fieldsOf(shape: Readonly<Record<string, z.ZodType>>): string {
  return Object.entries(shape)
    .map(([name, field]) => `\`${name}${field._zod.optin === 'optional' ? '?' : ''}\``)
    .join(', ');
}
