import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withOutputTables } from '../../../src/cli/output/document.ts';
import { eventSchemas } from '../../../src/cli/output/events.ts';
import { resultSchemas } from '../../../src/cli/output/results.ts';
import { lineSchema, outputJsonSchema } from '../../../src/cli/output/schema.ts';
import { eventLine, resultLine } from '../../../src/cli/print/json.ts';
import { table } from '../../../src/cli/table.ts';
import { failedRun } from '../print/events.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const accepts = (line: string): boolean => lineSchema().safeParse(JSON.parse(line)).success;

describe('the schema of --json', () => {
  it('is the one under version control; `npm run generate` writes it', () => {
    const kept = JSON.parse(readFileSync(join(root, 'schema', 'output.schema.json'), 'utf8'));
    expect(kept).toEqual(JSON.parse(JSON.stringify(outputJsonSchema())));
  });

  it('has the tables of docs/json.md', () => {
    const page = readFileSync(join(root, 'docs', 'json.md'), 'utf8');
    expect(page).toBe(withOutputTables(page));
    for (const event of eventSchemas) expect(page).toContain(`| \`${event.shape.type.value}\` |`);
  });

  it('knows the result of every command', () => {
    const names = table.commands.map(({ name }) => name);
    expect(Object.keys(resultSchemas).sort()).toEqual([...names].sort());
  });

  it('accepts every event of a run as it is printed', () => {
    for (const event of failedRun) expect(accepts(eventLine(event)), event.type).toBe(true);
  });

  it('accepts results, with data and without, and no others', () => {
    expect(accepts(resultLine('ping', { exitCode: 0, data: { hosts: [] } }))).toBe(true);
    expect(accepts(resultLine('ping', { exitCode: 2 }))).toBe(true);
    expect(accepts(resultLine('', { exitCode: 2 }))).toBe(true);
    expect(accepts(resultLine('ping', { exitCode: 0, data: { host: [] } }))).toBe(false);
    expect(accepts(resultLine('pong', { exitCode: 0 }))).toBe(false);
    expect(accepts('{"version":2,"at":1,"type":"note","text":"x"}')).toBe(false);
    expect(accepts('{"version":1,"at":1,"type":"note"}')).toBe(false);
  });
});
