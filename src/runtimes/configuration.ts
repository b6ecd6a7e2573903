import type { Cloud, Override } from '../cloud/cloud.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { file, type IniOrigins, MANAGED, renderIni } from '../resources/index.ts';
import { text } from '../secrets/confidential.ts';
import type {
  ConfigurationFile,
  HostContext,
  PlainFile,
  Section,
  Sections,
  ServiceDefinition,
} from '../services/definition.ts';
import { deployedServices } from '../services/derived.ts';

/** Files of secrets: readable by the service's group alone. */
const owned = ({ project }: HostContext) => ({ group: project.group, mode: '0640' });

/** The files of a service on one host: what its definition says, what other services add, what `config:` overrides. */
export function configurationFiles(
  service: ServiceDefinition,
  context: HostContext,
  services?: readonly ServiceDefinition[],
): readonly Resource[] {
  const { cloud, host, project } = context;
  const here = <T extends { on(cloud: Cloud): readonly { readonly name: string }[] }>(parts: readonly T[]) =>
    parts.filter((part) => part.on(cloud).some(({ name }) => name === host.name));
  const ini = here(service.configuration ?? []).map((configuration) => {
    const contributed = contributions(service, configuration, context, services);
    const { sections, origins } = override(
      [configuration.sections(context), ...contributed].reduce(merge),
      overridesOf(service, configuration, context),
    );
    return file(
      host.name,
      `${project.configuration}/${configuration.name}`,
      renderIni(sections, { origins }),
      owned(context),
    );
  });
  const plain = here([...(service.files ?? []), ...policyFile(service)]).map(({ name, content }) =>
    file(
      host.name,
      `${project.configuration}/${name}`,
      text`# ${MANAGED}\n${content(context)}`,
      owned(context),
    ),
  );
  return [...ini, ...plain];
}

/**
 * After the package's own file, whose rules are all comments. An operator's file with a later name, or with a rule that
 * is not named here, counts as well.
 */
const POLICY = 'policy.d/10_cloudwright.yaml';

function policyFile({ policy = [] }: ServiceDefinition): readonly PlainFile[] {
  if (policy.length === 0) return [];
  const rules = policy.map(({ rule, default: usual, or }) => `"${rule}": "${usual} or ${or}"\n`);
  return [{ name: POLICY, on: controlHosts, content: () => rules.join('') }];
}

function contributions(
  service: ServiceDefinition,
  configuration: ConfigurationFile,
  context: HostContext,
  services?: readonly ServiceDefinition[],
): readonly Sections[] {
  return deployedServices(context.cloud, services)
    .flatMap((other) => other.configures ?? [])
    .filter((part) => part.project === service.project && part.file === configuration.name)
    .map((part) => part.sections(context));
}

/** Overrides of a file that apply to the host, in the order in which they win. */
function overridesOf(
  service: ServiceDefinition,
  { name }: ConfigurationFile,
  { cloud, host }: HostContext,
): readonly Override[] {
  return cloud.overrides.filter(({ service: of, file: target, scope }) => {
    if (of !== service.name || target !== name.split('/').at(-1)) return false;
    if (scope.kind === 'role') return host.roles.has(scope.role);
    return scope.kind === 'all' || scope.host === host.name;
  });
}

/** The options of both; those of the second win. */
export function merge(first: Sections, second: Sections): Sections {
  const result: Record<string, Section | undefined> = { ...first };
  for (const [name, section] of Object.entries(second)) result[name] = { ...result[name], ...section };
  return result;
}

/** Applies overrides, and says where each value that is now there came from. */
export function override(
  sections: Sections,
  overrides: readonly Override[],
): { readonly sections: Sections; readonly origins: IniOrigins } {
  const result = bare<Record<string, Section[string]>>();
  for (const [name, section] of Object.entries(sections))
    if (section) result[name] = Object.assign(bare<Section[string]>(), section);
  const origins = bare<Record<string, string>>();
  for (const { section, option, value, place } of overrides) {
    const options = result[section] ?? bare<Section[string]>();
    const from = origins[section] ?? bare<string>();
    result[section] = options;
    origins[section] = from;
    if (value === null) {
      delete options[option];
      delete from[option];
    } else {
      options[option] = value;
      from[option] = `${place.file.split('/').at(-1)}:${place.line}`;
    }
  }
  return { sections: result, origins };
}

/** No prototype: a section or an option may be called `constructor`. */
function bare<T>(): Record<string, T> {
  return Object.create(null);
}
