import type * as z from 'zod';
import { type Problem, problem } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import type { DescriptionDocument, Path } from './document.ts';
import { entriesAlong } from './schema-index.ts';

type Issue = z.core.$ZodIssue;

/** Turns what the schema found into problems with a place in the file. */
export function schemaProblems(issues: readonly Issue[], document: DescriptionDocument): Problem[] {
  return issues.flatMap((issue) => issueProblems(issue, [], document));
}

function issueProblems(issue: Issue, before: Path, document: DescriptionDocument): Problem[] {
  const path = [...before, ...issue.path];
  const value = valueAt(document.tree, path);
  const details = {
    path: showPath(path),
    value: showValue(value, document.source(path)),
    meaning: meaningOf(path),
  };
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, document));
    case 'invalid_union':
      return likeliestBranch(issue.errors).flatMap((inner) => issueProblems(inner, path, document));
    case 'invalid_type':
      return [typeProblem(issue.expected, path, value, document)];
    case 'invalid_value': {
      if (typeof value !== 'string') return [typeProblem('string', path, value, document)];
      const allowed = issue.values.map(String);
      const suggestion = nearest(String(value), allowed);
      return [
        problem('CLOUD_VALUE', {
          place: document.at(path),
          details: { ...details, allowed: allowed.join(', ') },
          suggestion,
        }),
      ];
    }
    case 'too_small':
    case 'too_big': {
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
      const counted = issue.origin === 'array' ? ' entries' : '';
      const found = Array.isArray(value) ? `a list of ${value.length}` : details.value;
      const place = value === undefined || Array.isArray(value) ? document.keyAt(path) : document.at(path);
      return [
        problem('CLOUD_OUT_OF_RANGE', {
          place,
          details: { ...details, value: found, bound: bound + counted },
        }),
      ];
    }
    case 'invalid_format':
      if (issue.format === 'ipv4')
        return [problem('CLOUD_ADDRESS_SYNTAX', { place: document.at(path), details })];
      if (issue.format === 'cidrv4')
        return [problem('CLOUD_CIDR_SYNTAX', { place: document.at(path), details })];
      return [
        problem('CLOUD_FORMAT', { place: document.at(path), details: { ...details, rule: issue.message } }),
      ];
    case 'invalid_key': {
      const rule = issue.issues[0]?.message ?? issue.message;
      const inKey = { ...details, path: showPath(path.slice(0, -1)), value: showKey(path.at(-1)), rule };
      return [problem('CLOUD_FORMAT', { place: document.keyAt(path), details: inKey })];
    }
    default:
      return [
        problem('CLOUD_FORMAT', { place: document.at(path), details: { ...details, rule: issue.message } }),
      ];
  }
}

function unknownKey(key: string, path: Path, document: DescriptionDocument): Problem {
  const known = knownKeys(path);
  return problem('CLOUD_UNKNOWN_KEY', {
    place: document.keyAt([...path, key]),
    details: { key, path: path.length === 0 ? 'the top level' : showPath(path), known: known.join(', ') },
    suggestion: nearest(key, known),
  });
}

const YAML_1_1_TRUTH = /^(y|yes|on|n|no|off)$/i;

function typeProblem(expected: string, path: Path, value: unknown, document: DescriptionDocument): Problem {
  const key = String(path.at(-1) ?? 'cloud');
  const meaning = meaningOf(path);
  if (value === undefined) {
    const place = document.keyAt(path);
    if (path.join('.') === 'networks.management.vip') return problem('CLOUD_VIP_MISSING', { place });
    return problem('CLOUD_MISSING', { place, details: { path: showPath(path), key, meaning } });
  }
  const source = document.source(path);
  if (typeof value === 'string' && YAML_1_1_TRUTH.test(value) && expected !== 'string') {
    const truth = /^(y|yes|on)$/i.test(value);
    const wantsTruth = expected === 'boolean';
    const fix = wantsTruth ? String(truth) : 'null';
    return problem('CLOUD_YAML_BOOLEAN', {
      place: document.at(path),
      details: {
        path: showPath(path),
        value,
        expected: wantsTruth ? 'a truth value' : typeName(expected),
        fix: `${key}: ${fix}`,
      },
      suggestion: fix,
    });
  }
  const quotable =
    expected === 'string' && source !== undefined && ['number', 'boolean'].includes(typeof value);
  const place =
    source === undefined && path.length > 0 && typeof value === 'object'
      ? document.keyAt(path)
      : document.at(path);
  return problem('CLOUD_TYPE', {
    place,
    details: { path: showPath(path), expected: typeName(expected), found: foundName(value), meaning },
    suggestion: quotable ? `"${source}"` : undefined,
  });
}

/** Of a union's branches the one that the author most likely meant: the value's kind fits, and least is wrong. */
function likeliestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const misfit = (issues: readonly Issue[]): number =>
    issues.some((i) => i.path.length === 0 && (i.code === 'invalid_type' || i.code === 'invalid_value'))
      ? 1000
      : 0;
  const sorted = [...branches].sort((a, b) => misfit(a) + a.length - misfit(b) - b.length);
  return sorted[0] ?? [];
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a map',
    record: 'a map',
    array: 'a list',
    null: 'null',
  };
  return names[expected] ?? expected;
}

function foundName(value: unknown): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  return `\`${String(value)}\``;
}

function showValue(value: unknown, source: string | undefined): string {
  if (source !== undefined) {
    const line = source.trim().replace(/\s*[\r\n]\s*/g, ' ');
    return line.length > 60 ? `${line.slice(0, 57)}…` : line;
  }
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  return String(value).slice(0, 60);
}

/** A key that would not be seen, or would break the line, is shown in quotes. */
function showKey(key: PropertyKey | undefined): string {
  const text = String(key ?? '');
  const shown = /^[!-~]+$/.test(text) ? text : JSON.stringify(text);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}

/** `hosts.control1.roles[0]` */
export function showPath(path: Path): string {
  let shown = '';
  for (const step of path) {
    if (typeof step === 'number') shown += `[${step}]`;
    else shown += shown === '' ? String(step) : `.${String(step)}`;
  }
  return shown === '' ? 'the description' : shown;
}

export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, step) ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return value;
}

function knownKeys(path: Path): readonly string[] {
  return entriesAlong(path)[path.length]?.keys ?? [];
}

/** What the value at the path is for, or the nearest part of the description around it that says so. */
function meaningOf(path: Path): string {
  const meaning = entriesAlong(path)
    .slice(1)
    .findLast((entry) => entry.meaning !== undefined)?.meaning;
  return meaning ?? 'A description of a cloud is a map with the keys cloud, networks and hosts at least.';
}
