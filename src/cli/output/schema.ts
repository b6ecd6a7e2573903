import { z } from 'zod';
import { OUTPUT_VERSION } from '../print/json.ts';
import { eventSchemas } from './events.ts';
import { resultSchemas } from './results.ts';

const version = z.literal(OUTPUT_VERSION);

/** One line of `--json`: an event, or the result. */
export function lineSchema(): z.ZodType {
  const events = eventSchemas.map((event) => {
    const shape: Record<string, z.ZodType> = { ...event.shape, version };
    // As in `eventLine`: the program's own version makes room for that of the output.
    if (event.shape.type.value === 'run-started') shape.program = z.string();
    return z.object(shape).meta(event.meta() ?? {});
  });
  const frame = { version, type: z.literal('result'), ok: z.boolean(), exitCode: z.int() };
  const results = Object.entries(resultSchemas).map(([command, data]) =>
    z.object({ ...frame, command: z.literal(command), data: data.nullable() }).meta({
      id: `result of ${command}`,
      description: `The last line of \`cloudwright ${command}\`; \`data\` is null where it failed early.`,
    }),
  );
  const unknown = z
    .object({ ...frame, command: z.literal(''), data: z.null() })
    .meta({ id: 'result of no command', description: 'The line named no command.' });
  return z.union([...events, ...results, unknown]);
}

/** `schema/output.schema.json`: JSON Schema of one line of `--json`. */
export function outputJsonSchema(): unknown {
  const schema = z.toJSONSchema(lineSchema(), { target: 'draft-2020-12', io: 'output' });
  return {
    ...schema,
    title: 'A line of cloudwright --json',
    description: 'Every command prints events and, as its last line, one result. See docs/json.md.',
  };
}
