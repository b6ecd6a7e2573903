import { describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import type { AnyKind, Resource } from '../../src/engine/resource.ts';
import { Confidential, reveal, type Text } from '../../src/secrets/confidential.ts';
import { allChecks, allResources, type CloudContext, factsOfHost, files } from './clouds.ts';
import { FULL, renameIn } from './fullDescription.ts';
import { unquotedLines } from './shellWords.ts';

const MARKER = 'hostile';

/** What a shell, a configuration file or a command would take for more than a word. */
const HOSTILE = [
  '$(hostile)',
  '`hostile`',
  'a;hostile',
  "a'hostile",
  'a"hostile',
  "a';hostile;'",
  'a\nhostile',
  '-hostile',
  '%hostile',
  'a b|hostile&',
  'a\u2028hostile',
  'hоstile', // with a Cyrillic letter
  '../hostile',
  'a$' + '{IFS}hostile',
];

/** Every program that a run would send to a host or leave there for the host to run. */
function programs(context: CloudContext): readonly { readonly of: string; readonly program: string }[] {
  return [
    ...allResources(context).flatMap((resource) =>
      scriptsOf(resource, context).map((script) => ({ of: resource.id, program: reveal(script) })),
    ),
    ...allChecks(context).flatMap((check) =>
      check.via === 'shell' ? [{ of: check.id, program: reveal(check.script) }] : [],
    ),
    ...files(context).flatMap(({ id, content }) => {
      const text = reveal(content);
      return text.startsWith('#!/bin/sh') ? [{ of: id, program: text }] : [];
    }),
  ];
}

function scriptsOf({ kind, desired, members = [] }: Resource, context: CloudContext): readonly Text[] {
  const any: AnyKind = kind;
  if (any.via === 'api') return [];
  if (any.via === 'cluster') {
    const states = new Map(
      members.map((member) => [member, { reachable: true, state: any.parse('', member) }] as const),
    );
    const decision = any.decide(desired, states);
    return [
      ...members.map((member) => any.read(desired, member)),
      ...(decision.do === 'act' ? [decision.change.script] : []),
    ];
  }
  const [bare] = any.parse('', [desired]);
  const change = any.compare(desired, bare, { touched: true });
  return [any.read([desired]), any.beforeWatched?.(desired) ?? '', change?.script ?? ''].filter(
    (script) => reveal(script) !== '' && context.facts.size > 0,
  );
}

function broken(context: CloudContext): readonly string[] {
  return programs(context)
    .filter(({ program }) => program.includes(MARKER))
    .flatMap(({ of, program }) => unquotedLines(program, MARKER).map((line) => `${of}: ${line}`));
}

function contextOf(cloud: Cloud): CloudContext {
  return {
    cloud,
    facts: new Map(cloud.hosts.map(({ name }) => [name, factsOfHost(name, { openvswitchModule: false })])),
  };
}

/** The same value with every text in it that `change` has another for. */
function mapTexts(value: unknown, change: (text: string, path: string) => string, path = ''): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((entry, index) => mapTexts(entry, change, `${path}/${index}`));
  if (value === null || typeof value !== 'object' || value instanceof Set || value instanceof Confidential)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, mapTexts(entry, change, `${path}/${key}`)]),
  );
}

type Path = readonly (string | number)[];

function cloudWith(description: string): Cloud | undefined {
  const { cloud, problems } = parseDescription(description, {
    file: 'cloud.yaml',
    folder: '/srv/cloud',
    home: '/root',
  });
  if (!cloud) expect(problems).not.toEqual([]);
  return cloud && { ...cloud, secrets: FULL.cloud.secrets };
}

/** Those of the changes that a description takes, each by itself; all of them together go through everything that is sent. */
function taken(paths: readonly Path[], change: (document: Document, path: Path) => void): readonly string[] {
  const takes = paths.filter((path) => cloudWith(FULL.changed((document) => change(document, path))));
  const all = cloudWith(
    FULL.changed((document) => {
      for (const path of takes) change(document, path);
    }),
  );
  if (takes.length > 0) expect(all && broken(contextOf(all))).toEqual([]);
  return takes.map((path) => path.join('/'));
}

describe('hostile values', () => {
  // Of the files on the hosts, only options of services may hold any text; the others are of the operator's own machine.
  it.each(HOSTILE)('are refused or arrive as one word: %j in every value of a description', (hostile) => {
    for (const path of taken(FULL.strings, (document, path) => document.setIn(path, hostile)))
      expect(path).toMatch(/^(config\/|ssh\/(config|key)$|test\/image$)/);
  });

  it.each(HOSTILE)('are refused or arrive as one word: %j as every key of a description', (hostile) => {
    // Sections of configuration files.
    for (const path of taken(FULL.names, (document, path) => renameIn(document, path, hostile)))
      expect(path).toMatch(/^config\/.*\.conf\/\w+$/);
  });

  // The vault refuses most of these as secrets; this is what stands behind it. A secret is one line.
  it.each(HOSTILE.filter((hostile) => !/[\n\u2028]/.test(hostile)))(
    'arrive as one word where every secret is %j',
    (hostile) => {
      const secrets = Object.fromEntries(
        Object.entries(FULL.cloud.secrets).map(([name, value]) => [
          name,
          value instanceof Confidential ? new Confidential(hostile) : value,
        ]),
      ) as unknown as Cloud['secrets'];
      expect(broken(contextOf({ ...FULL.cloud, secrets }))).toEqual([]);
    },
  );

  it.each(HOSTILE)('arrive as one word where the schema would let %j be a device', (hostile) => {
    const device = /\/(interface|bridge|interfaces\/\w+|devices\/\d+)$/;
    const changed = mapTexts(FULL.cloud, (text, path) => (device.test(path) ? hostile : text)) as Cloud;
    expect(broken(contextOf(changed))).toEqual([]);
  });
});

describe('the search for words that are not quoted', () => {
  it.each([
    'echo hostile',
    'echo "hostile"',
    'echo "$(hostile)"',
    "echo 'a'hostile",
    'cat <<E\nhostile\nE',
    "sh -c 'echo hostile'",
    "su -s /bin/sh nova -c 'hostile'",
    'a=hostile',
    'for a in hostile; do :; done',
    'case x in hostile) ;; esac',
  ])('finds %j', (program) => {
    expect(unquotedLines(program, MARKER)).not.toEqual([]);
  });

  it.each([
    "echo 'hostile'",
    "a='x hostile'\\''hostile'",
    "cat <<'E'\n$(hostile)\nE",
    "cat <<'E' | x\nhostile\nE",
  ])('takes %j for quoted', (program) => {
    expect(unquotedLines(program, MARKER)).toEqual([]);
  });
});
