import type { Problem } from '../../errors/problem.ts';
import { problem } from '../../errors/problem.ts';
import { nearest } from '../../errors/suggest.ts';
import type { Path } from '../document.ts';
import { optionsOf, type WrittenService, writtenScopes } from '../overrides.ts';
import { expandRange } from '../ranges.ts';
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
  const problems: Problem[] = [];
  const trusted: WrittenService['files'][] = [];
  for (const [file, sections] of Object.entries(files)) {
    const at = [...path, file];
    if (!known.includes(file)) {
      problems.push(unknown(context, at, `file of ${service}`, file, known));
      continue;
    }
    const options = tables.options.get(file);
    if (!options) continue;
    for (const [section, values] of Object.entries(sections)) {
      if (options.has(section)) trusted.push({ [file]: { [section]: values } });
      else
        problems.push(unknown(context, [...at, section], `section of ${file}`, section, [...options.keys()]));
    }
  }
  return [...problems, ...trusted.flatMap((checked) => unknownOptions(context, path, checked))];
}

function unknownOptions(
  context: RuleContext,
  path: Path,
  files: WrittenService['files'],
): readonly Problem[] {
  return optionsOf(files).flatMap(({ file, section, option, value }) => {
    const known = context.tables.options.get(file)?.get(section);
    // Removing an option that no package knows does no harm.
    if (!known || known.has(option) || value === null) return [];
    return [
      problem('CLOUD_CONFIG_OPTION', {
        severity: 'warning',
        place: context.draft.keyAt([...path, file, section, option]),
        details: { option, section, file },
        suggestion: nearest(option, known),
      }),
    ];
  });
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
