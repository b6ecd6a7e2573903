import type { ServiceFacts } from '../cloud/services.ts';
import type { ServiceDefinition } from './definition.ts';
import { services as all } from './index.ts';

/** The part of the definitions that a description, its vault and the importers need, as plain data. */
export function factsOfServices(services: readonly ServiceDefinition[] = all): readonly ServiceFacts[] {
  return services.map((service) => {
    const { name, project, optional, databases = [], secrets = [] } = service;
    const offered = service.processes.flatMap(({ balanced, port }) =>
      balanced && port !== undefined
        ? [{ name: balanced.section, port: balanced.port ?? port, backend: port }]
        : [],
    );
    return {
      name,
      project,
      title: spokenTitle(service),
      ...(optional && { optional: { name, ...optional } }),
      account: service.account !== false,
      database: databases.length > 0,
      secrets,
      // A port that is a setting is not fixed.
      ports: offered.flatMap(({ name: section, port }) =>
        typeof port === 'number' ? [{ name: section, port }] : [],
      ),
      backendPorts: offered
        .filter(({ port, backend }) => port !== backend)
        .map(({ name: section, backend }) => ({ name: section, port: backend })),
      files: (service.configuration ?? []).map((file) => file.name.split('/').at(-1) ?? file.name),
      installers: service.installers ?? {},
    };
  });
}

/** `Images (Glance)` is Glance. */
function spokenTitle({ title }: ServiceDefinition): string {
  return /\(([^)]+)\)/.exec(title)?.[1] ?? title;
}

/** The file that is generated from the definitions. */
export function factsModule(services?: readonly ServiceDefinition[]): string {
  const facts = JSON.stringify(factsOfServices(services), null, 2);
  const quoted = "'./serviceFacts.ts'";
  return `// Written by \`npm run generate\` from the definitions in src/services; do not edit.
import type { ServiceFacts } from ${quoted};

export const serviceFacts: readonly ServiceFacts[] = ${facts};
`;
}
