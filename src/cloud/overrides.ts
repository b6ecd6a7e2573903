import type { Override, OverrideScope, OverrideValue, Role } from './cloud.ts';
import type { Path } from './document.ts';
import type { Draft } from './draft.ts';
import { expandRange } from './ranges.ts';
import { type RoleName, rolesNamed } from './roles.ts';

/** The configuration of one service as it is written in one place of `config:`. */
export interface WrittenService {
  readonly service: string;
  readonly path: Path;
  readonly files: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, WrittenValue>>>>>>;
}

type WrittenValue = string | number | boolean | null | readonly (string | number)[];

/** Services under `config`, under one role or under one host entry. */
export interface WrittenScope {
  readonly kind: 'all' | 'role' | 'host';
  /** The role, or the host entry as written, e.g. `compute[1:3]`; empty for all hosts. */
  readonly name: string;
  readonly path: Path;
  readonly services: readonly WrittenService[];
}

/** What `config:` says, widest scope first, each in the order of the file. */
export function writtenScopes(draft: Draft): readonly WrittenScope[] {
  const { roles, hosts, ...services } = draft.sections.config ?? {};
  const scope = (kind: WrittenScope['kind'], name: string, path: Path, inner: object): WrittenScope => ({
    kind,
    name,
    path,
    services: Object.entries(inner).map(([service, files]) => ({ service, files, path: [...path, service] })),
  });
  return [
    scope('all', '', ['config'], services),
    ...Object.entries(roles ?? {}).map(([role, inner]) =>
      scope('role', role, ['config', 'roles', role], inner ?? {}),
    ),
    ...Object.entries(hosts ?? {}).map(([host, inner]) =>
      scope('host', host, ['config', 'hosts', host], inner),
    ),
  ];
}

/** `Cloud.overrides` of a description whose rules hold. */
export function buildOverrides(draft: Draft): readonly Override[] {
  return writtenScopes(draft).flatMap((written) => {
    const scopes = scopesOf(written);
    return written.services.flatMap(({ service, files, path }) =>
      optionsOf(files).flatMap(({ file, section, option, value }) => {
        const at = [...path, file, section, option];
        const { file: source, line, column } = draft.keyAt(at);
        const place = { file: source, line, column };
        const exact = asWritten(draft, at, value);
        return scopes.map((scope) => ({ service, file, section, option, value: exact, scope, place }));
      }),
    );
  });
}

interface WrittenOption {
  readonly file: string;
  readonly section: string;
  readonly option: string;
  readonly value: OverrideValue;
}

/** Every option of a service's files. */
export function optionsOf(files: WrittenService['files']): readonly WrittenOption[] {
  return Object.entries(files).flatMap(([file, sections]) =>
    Object.entries(sections).flatMap(([section, options]) =>
      Object.entries(options).map(([option, value]) => ({
        file,
        section,
        option,
        value: Array.isArray(value) ? value.map(String) : (value as OverrideValue),
      })),
    ),
  );
}

/** `1.10`, `007` and numbers beyond 2^53 keep the digits that the author wrote; as numbers they would lose some. */
function asWritten(draft: Draft, path: Path, value: OverrideValue): OverrideValue {
  const digits = (at: Path): string | undefined => {
    const source = draft.source(at);
    return source !== undefined && /^[+-]?\d+(\.\d+)?$/.test(source) ? source : undefined;
  };
  if (Array.isArray(value)) return value.map((item, index) => digits([...path, index]) ?? item);
  if (typeof value !== 'number') return value;
  const source = digits(path);
  return source === undefined || source === String(value) ? value : source;
}

function scopesOf({ kind, name }: WrittenScope): readonly OverrideScope[] {
  if (kind === 'all') return [{ kind: 'all' }];
  if (kind === 'role') return rolesNamed(name as RoleName).map((role: Role) => ({ kind: 'role', role }));
  const expansion = expandRange(name);
  return expansion.kind === 'names' ? expansion.names.map((host) => ({ kind: 'host', host })) : [];
}
