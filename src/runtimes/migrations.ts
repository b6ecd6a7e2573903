import type { Resource } from '../engine/resource.ts';
import { command, shellProgram } from '../resources/index.ts';
import { joinTexts, type Text, text } from '../secrets/confidential.ts';
import type { Migration, ServiceContext, ServiceDefinition } from '../services/definition.ts';
import type { platformOn } from './context.ts';
import fingerprint from './fingerprint.sh';
import { migrationShell, type Runtime } from './runtime.ts';
import schema from './schema.sh';

/** Seconds that a schema's migration may take: on a large cloud the whole of an hour. */
const SCHEMA_LIMIT = 3600;

/**
 * The stages of a service's migration, one after another on one control host. What has been done is written into the
 * database itself, so that any control host knows it.
 */
export function migrationResources(
  service: ServiceDefinition,
  context: ServiceContext,
  stages: readonly Migration[],
  options: {
    readonly runtime: Runtime;
    readonly after: readonly (Resource | string)[];
    readonly platform: ReturnType<typeof platformOn>;
  },
): readonly Resource[] {
  const project = context.platformOf(service.project);
  const { runtime, platform } = options;
  const host = context.control.name;
  const made: Resource[] = [];
  for (const stage of stages) {
    const previous = made.at(-1);
    const after = [...options.after, ...(previous ? [previous] : [])];
    const shell = (body: Text) => joinTexts(migrationShell(runtime, project, body), '\n');
    if (stage.kind === 'schema') {
      const parameters = {
        database: stage.database,
        table: stage.table ?? 'alembic_version',
        installed: runtime.version(platform, project),
      };
      const program = (act: string) => shell(shellProgram(schema, { ...parameters, act }, [stage.command]));
      made.push(
        command(
          host,
          `schema-${stage.database}`,
          {
            doing: `bring the database schema of ${stage.database} to the installed version`,
            unless: program('compare'),
            script: program('migrate'),
            limitSeconds: SCHEMA_LIMIT,
          },
          { after, cloudWide: true },
        ),
      );
      continue;
    }
    const mark = (act: string) =>
      stage.fingerprint === undefined
        ? 'true'
        : shellProgram(fingerprint, { act, name: stage.name, value: stage.fingerprint });
    made.push(
      command(
        host,
        stage.name,
        {
          doing: stage.doing,
          unless: shell(text`${mark('compare')} || exit 1\n${stage.unless}`),
          script: shell(text`${stage.script}\n${mark('write')}`),
          limitSeconds: stage.limitSeconds,
        },
        { after, cloudWide: true },
      ),
    );
  }
  return made;
}
