import { z } from 'zod';
import type { RunEvent } from '../../app/contracts.ts';
import { catalogue, type ErrorCode } from '../../errors/catalogue/index.ts';
import type { Problem } from '../../errors/problem.ts';
import { hold, type Same, type Variants } from './same.ts';

/** The schemas of `--json`. Only the generator and the tests load them: no command pays for them. */

const text = z.string();
const integer = z.int();
/** Milliseconds. */
const duration = z.number();
const codes = Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]];

const place = z.union([
  z.object({
    kind: z.literal('file'),
    file: text,
    line: integer,
    column: integer,
    length: integer.exactOptional(),
    text: text.exactOptional(),
  }),
  z.object({
    kind: z.literal('cloud'),
    host: text.exactOptional(),
    step: text.exactOptional(),
    resource: text.exactOptional(),
  }),
]);

export const problemSchema = z
  .object({
    code: z.enum(codes),
    severity: z.enum(['error', 'warning']),
    place: place.exactOptional(),
    what: text,
    why: text,
    next: text,
    evidence: text.exactOptional(),
    suggestion: text.exactOptional(),
  })
  .meta({ id: 'problem', description: 'One thing that is wrong; `code` is listed in docs/errors.md.' });

export const recapSchema = z
  .object({
    ok: integer,
    changed: integer,
    unreachable: integer,
    failed: integer,
    skipped: integer,
  })
  .meta({ id: 'recap', description: 'Counters of one host, or of `API`.' });

const texts = z.array(text).readonly();
const resource = { step: text, host: text, resource: text };
const check = { step: text, check: text, host: text };

function event<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  shape: Shape,
  description: string,
) {
  return z
    .object({
      at: z.number().meta({ description: 'Milliseconds since the epoch.' }),
      type: z.literal(type),
      ...shape,
    })
    .meta({ id: `event ${type}`, description });
}

export const eventSchemas = [
  event(
    'run-started',
    {
      run: text,
      command: text,
      cloud: text,
      steps: texts,
      hosts: texts,
      version: text,
      pid: integer,
    },
    'The first event of a run. `up` has two: the deployment and the acceptance test.',
  ),
  event('host-connected', { host: text, milliseconds: duration }, 'A host was reached.'),
  event('host-unreachable', { host: text, problem: problemSchema }, 'A host was not reached.'),
  event(
    'step-started',
    { step: text, title: text, hosts: texts, resources: integer },
    'The steps that this one needs have been verified.',
  ),
  event('step-skipped', { step: text, reason: text }, 'The step is not part of the run, or cannot run.'),
  event(
    'change-planned',
    {
      ...resource,
      summary: text,
      difference: text.exactOptional(),
      loses: text.exactOptional(),
      refused: z.literal(true).exactOptional(),
    },
    'What `apply` would do. `difference` is a unified difference; secrets are masked. `loses`: data that the change destroys; `refused`: it needs `--remove`.',
  ),
  event('change-started', { ...resource, summary: text }, 'A resource differs and is being changed.'),
  event(
    'change-done',
    { ...resource, summary: text, milliseconds: duration },
    'The resource was read again and is as described.',
  ),
  event('change-failed', { ...resource, problem: problemSchema }, 'The change failed.'),
  event(
    'change-waiting',
    { ...resource, sentence: text },
    'A cluster is settling by itself; `sentence` says what is waited for.',
  ),
  event('resources-in-place', { step: text, host: text, count: integer }, 'Resources that did not differ.'),
  event(
    'check-waiting',
    { ...check, title: text, sentence: text },
    'A check is not true yet; `sentence` says what was seen.',
  ),
  event(
    'check-passed',
    { ...check, title: text, sentence: text, milliseconds: duration },
    'A check is true.',
  ),
  event('check-failed', { ...check, problem: problemSchema }, 'A check did not become true in time.'),
  event('check-skipped', { ...check, title: text, reason: text }, 'A check was not tried.'),
  event(
    'step-verified',
    { step: text, milliseconds: duration, changed: integer },
    'All resources are as described and all checks are true.',
  ),
  event('step-failed', { step: text, milliseconds: duration }, 'The step has failed.'),
  event('note', { text }, 'Something worth knowing.'),
  event(
    'problem',
    { problem: problemSchema, step: text.exactOptional(), host: text.exactOptional() },
    'A problem that belongs to no change, check or host.',
  ),
  event(
    'run-finished',
    {
      outcome: z.enum(['done', 'failed', 'interrupted']),
      milliseconds: duration,
      changed: integer,
      recap: z.record(text, recapSchema).readonly(),
    },
    'The last event of a run.',
  ),
] as const;

export const eventSchema = z.discriminatedUnion('type', eventSchemas);

// The compiler holds the schemas to the types of the events, both ways and field by field.
hold<Same<z.infer<typeof problemSchema>, Problem>>();
hold<Same<Variants<z.infer<typeof eventSchema>>, Variants<RunEvent>>>();
