import type { Problem } from '../../errors/problem.ts';
import { problem } from '../../errors/problem.ts';
import { nearest } from '../../errors/suggest.ts';
import { storageBackend } from '../backends.ts';
import type { Path } from '../document.ts';
import { optionsOf, type WrittenService, writtenScopes } from '../overrides.ts';
import { expandRange } from '../ranges.ts';
import { BACKEND_SECTION } from '../services.ts';
import type { RuleContext } from './rule.ts';

/** `config:` names services, hosts, files and sections that exist; options that no package knows are a warning. */
export function configuration(context: RuleContext): readonly Problem[] {
  return writtenScopes(context.draft).flatMap((scope) => [
    ...(scope.kind === 'host' ? unknownHosts(context, scope.name, scope.path) : []),
    ...scope.services.flatMap((service) => serviceProblems(context, service)),
  ]);
}

function unknownHosts(context: RuleContext, name: string, path: Path): readonly Problem[] {
  if (!context.allHosts) return [];
  const known = context.hosts.map((host) => host.name);
  const expansion = expandRange(name);
  if (expansion.kind === 'wrong') {
    const details = { name, reason: expansion.reason };
    return [problem('CLOUD_HOST_RANGE', { place: context.draft.keyAt(path), details })];
  }
  const missing = expansion.names.find((host) => !known.includes(host));
  return missing === undefined ? [] : [unknown(context, path, 'host', missing, known)];
}

function serviceProblems(context: RuleContext, written: WrittenService): readonly Problem[] {
  const { service, path, files } = written;
  const { tables } = context;
  const known = tables.files.get(service);
  if (!known) return [unknown(context, path, 'service', service, [...tables.files.keys()])];
  return Object.entries(files).flatMap(([file, sections]) => {
    const at = [...path, file];
    if (!known.includes(file)) return [unknown(context, at, `file of ${service}`, file, known)];
    return Object.keys(sections).flatMap((section) => sectionProblems(context, written, file, section));
  });
}

function sectionProblems(
  context: RuleContext,
  { service, path, files }: WrittenService,
  file: string,
  section: string,
): readonly Problem[] {
  const options = context.tables.options.get(file);
  if (!options) return [];
  const at = [...path, file, section];
  const known = optionsOfSection(context, options, section);
  if (!known) {
    if (isNamedByOption(context, service, file, section)) return [];
    const names = [...options.keys()].filter((name) => !/[<*]/.test(name));
    return [unknown(context, at, `section of ${file}`, section, [...names, ...backendNames(context)])];
  }
  return optionsOf({ [file]: { [section]: files[file]?.[section] ?? {} } }).flatMap(({ option, value }) => {
    // Removing an option that no package knows does no harm.
    if (known.has(option) || value === null) return [];
    return [
      problem('CLOUD_CONFIG_OPTION', {
        severity: 'warning',
        place: context.draft.keyAt([...at, option]),
        details: { option, section, file },
        suggestion: nearest(option, known),
      }),
    ];
  });
}

type SectionOptions = ReadonlyMap<string, ReadonlySet<string>>;

function optionsOfSection(
  context: RuleContext,
  options: SectionOptions,
  section: string,
): ReadonlySet<string> | undefined {
  const exact = section === BACKEND_SECTION ? undefined : options.get(section);
  if (exact) return exact;
  const prefix = [...options.keys()].find(
    (name) => name.endsWith('*') && section.startsWith(name.slice(0, -1)),
  );
  if (prefix !== undefined) return options.get(prefix);
  return backendNames(context).includes(section) ? options.get(BACKEND_SECTION) : undefined;
}

function backendNames(context: RuleContext): readonly string[] {
  return (context.draft.sections.storage?.backends ?? []).map((written) => storageBackend(written).name);
}

/** Programs read further sections where an option names them: `enabled_backends: ceph,lvm` and [lvm]. */
function isNamedByOption(context: RuleContext, service: string, file: string, section: string): boolean {
  return writtenScopes(context.draft)
    .flatMap((scope) => scope.services)
    .filter((written) => written.service === service)
    .flatMap(({ files }) => optionsOf({ [file]: files[file] ?? {} }))
    .flatMap(({ value }) => (Array.isArray(value) ? value : [String(value)]))
    .flatMap((value) => value.split(','))
    .some((item) => item.trim() === section || item.trim().startsWith(`${section}:`));
}

function unknown(
  context: RuleContext,
  path: Path,
  kind: string,
  name: string,
  known: readonly string[],
): Problem {
  // A file may have hundreds of sections.
  const shown = known.length > 20 ? `${known.slice(0, 20).join(', ')} …` : known.join(', ');
  return problem('CLOUD_CONFIG_UNKNOWN', {
    place: context.draft.keyAt(path),
    details: { kind, name, known: shown },
    suggestion: nearest(name, known),
  });
}
