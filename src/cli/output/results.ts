import { z } from 'zod';
import type { TestResult } from '../../app/acceptance.ts';
import type { AuditReport } from '../../app/audit.ts';
import type { PingAnswer, PlannedChange, RunResult, ToolboxReport } from '../../app/contracts.ts';
import type { CredentialFiles } from '../../app/credentialFiles.ts';
import type { Status } from '../../app/status.ts';
import type { UpAccess } from '../../app/up.ts';
import { problemSchema, recapSchema } from './events.ts';
import { hold, type Same } from './same.ts';

const text = z.string();
const integer = z.int();
const number = z.number();
const texts = z.array(text).readonly();
const outcome = z.enum(['done', 'failed', 'interrupted']);

const run = z
  .object({
    run: text,
    outcome,
    changed: integer,
    recap: z.record(text, recapSchema).readonly(),
    milliseconds: number,
    exitCode: integer,
  })
  .meta({ id: 'run', description: 'A run that has ended; its problems are events.' });

const credentials = z
  .object({ openrc: text, demoOpenrc: text, cloudsYaml: text, ca: text })
  .meta({ id: 'credentials', description: 'Files with the logins of the cloud.' });

const change = z.object({
  step: text,
  host: text,
  resource: text,
  summary: text,
  difference: text.exactOptional(),
  loses: text.exactOptional(),
  refused: z.literal(true).exactOptional(),
});

const reached = { host: text, milliseconds: number };
const ping = z
  .union([
    z.object({
      ...reached,
      ok: z.literal(true),
      release: text,
      clockOffsetSeconds: number,
      clockTooFar: z.boolean(),
    }),
    z.object({ ...reached, ok: z.literal(false), problem: problemSchema }),
  ])
  .meta({ id: 'ping', description: 'What a host answered, or why it did not.' });

const toolbox = z
  .object({
    ok: z.boolean(),
    tables: z
      .array(
        z.object({
          name: text,
          title: text,
          columns: texts,
          rows: z.array(z.record(text, text).readonly()).readonly(),
        }),
      )
      .readonly(),
    verdicts: z
      .array(z.object({ subject: text, ok: z.boolean(), sentence: text, evidence: text.exactOptional() }))
      .readonly(),
  })
  .meta({ id: 'toolbox', description: 'Service tables, and a verdict on each.' });

const topics = z.enum([
  'hosts',
  'listeners',
  'firewall',
  'files',
  'certificates',
  'accounts',
  'packages',
  'reach',
]);
const audit = z
  .object({
    ok: z.boolean(),
    verdicts: z
      .array(
        z.object({
          topic: topics,
          state: z.enum(['pass', 'warning', 'fail']),
          where: text,
          what: text,
          next: text.exactOptional(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'audit', description: 'What an audit found, also where all is well.' });

const stepRecord = z.object({
  state: z.enum(['never', 'started', 'verified', 'failed']),
  at: number.exactOptional(),
  changed: integer.exactOptional(),
});

const status = z.object({
  cloud: text,
  release: text,
  version: text,
  lastRun: z
    .object({
      run: text,
      command: text,
      version: text,
      pid: integer,
      startedAt: number,
      outcome: z.enum([...outcome.options, 'unfinished']),
      finishedAt: number.exactOptional(),
      changed: integer.exactOptional(),
      recap: z.record(text, recapSchema).readonly().exactOptional(),
    })
    .exactOptional(),
  steps: z.array(z.object({ name: text, title: text, record: stepRecord })).readonly(),
  owner: z
    .object({ pid: integer, processStart: text, user: text, command: text, since: text })
    .exactOptional(),
  health: z.object({ hosts: z.array(ping).readonly(), toolbox: toolbox.exactOptional() }).exactOptional(),
  ok: z.boolean(),
});

const test = z
  .object({
    name: text,
    ok: z.boolean(),
    rows: z
      .array(
        z.object({
          name: text,
          title: text,
          state: z.enum(['passed', 'failed', 'skipped']),
          ok: z.boolean(),
          sentence: text,
          milliseconds: number,
        }),
      )
      .readonly(),
    milliseconds: number,
    leftBehind: texts,
    interrupted: z.boolean(),
    outcome,
    exitCode: integer,
  })
  .meta({ id: 'test', description: 'The acceptance test; its checks were events, too.' });

const access = z
  .object({
    cloud: text,
    dashboard: text.exactOptional(),
    vip: text,
    dashboardPort: integer,
    description: text,
    credentials,
    lab: text,
    node: text,
    sshConfig: text,
    networkNamespace: text,
  })
  .meta({ id: 'access', description: 'How a finished trial cloud is reached.' });

const part = z.object({
  outcome: z.enum(['carried', 'default', 'meaningless', 'unsupported', 'suspicious']),
  to: text.exactOptional(),
  note: text.exactOptional(),
});
/** Values whose form the description or the lab decides. */
const free = z.looseObject({});
const node = z.object({
  name: text,
  management: text,
  running: z.boolean(),
  connected: z.boolean(),
  memoryMiB: number.optional(),
});
const lab = z.object({ lab: text, nodes: z.array(node), state: free.optional() });

/** `data` of the result of each command, by the command's name. */
const certificate = z.object({
  domain: text,
  holder: text,
  until: text,
  daysLeft: z.number(),
  state: z.enum(['valid', 'own', 'next-apply', 'ended']),
});

export const resultSchemas = {
  up: z.object({ run, test: test.optional(), access: access.optional() }),
  init: z.object({ file: text }),
  validate: z.object({
    valid: z.boolean(),
    file: text,
    cloud: free
      .optional()
      .meta({ description: 'The description with all defaults; lists where it has sets.' }),
    derived: z.array(z.object({ host: text, network: text, address: text })),
  }),
  import: z.object({
    valid: z.boolean(),
    report: free.optional(),
    secretNames: texts.optional(),
    file: text,
    written: z.boolean(),
    secrets: integer,
  }),
  export: z.object({ files: texts, parts: z.array(part.extend({ path: text })) }),
  plan: z.object({ changes: z.array(change).readonly() }),
  apply: z.object({ run, credentials: credentials.optional() }),
  verify: z.object({ run }),
  ping: z.object({ hosts: z.array(ping).readonly() }),
  status,
  toolbox,
  audit,
  test,
  'vault make': z.object({ vault: text, generated: texts }),
  'vault edit': z.object({ changed: z.boolean() }),
  'vault view': z.object({ secrets: z.record(text, z.unknown()) }),
  'vault rekey': z.object({ vault: text, newKeyFile: z.boolean() }),
  'vault rotate': z.object({ keys: z.enum(['fernet']), primary: z.number(), removed: z.array(z.number()) }),
  certificates: z.object({
    certificates: z.array(certificate).readonly().optional(),
    renewed: texts.optional(),
  }),
  'lab up': lab,
  'lab down': z.object({ lab: text, down: z.boolean() }),
  'lab status': lab,
  'lab ssh': z.object({ node: text, stdout: text, stderr: text }),
  'lab cut': z.object({ node: text, power: z.literal('off') }),
  'lab partition': z.object({ node: text, connected: z.literal(false) }),
  'lab heal': z.object({ node: text, power: z.literal('on'), connected: z.literal(true) }),
  'lab snapshot': z.object({ snapshot: text }),
  'lab restore': z.object({ snapshot: text }),
  completion: z.object({ script: text }),
} as const;

// The compiler holds the schemas to the types that app/ returns.
hold<Same<z.infer<typeof run>, RunResult>>();
hold<Same<z.infer<typeof credentials>, CredentialFiles>>();
hold<Same<z.infer<typeof change>, PlannedChange>>();
hold<Same<z.infer<typeof ping>, PingAnswer>>();
hold<Same<z.infer<typeof toolbox>, ToolboxReport>>();
hold<Same<z.infer<typeof audit>, AuditReport>>();
hold<Same<z.infer<typeof status>, Status>>();
hold<Same<z.infer<typeof test>, TestResult>>();
hold<Same<z.infer<typeof access>, UpAccess>>();
