import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Change, Resource, ShellKind } from '../../src/engine/resource.ts';
import { reveal, type Text } from '../../src/secrets/confidential.ts';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script as a host would: over the standard input of a shell. `path` goes before PATH, for fakes. */
export function sh(script: Text, path?: string): Answer {
  const result = spawnSync('sh', ['-s'], {
    input: `${reveal(script)}\n`,
    encoding: 'utf8',
    env: { ...process.env, PATH: path ? `${path}:${process.env.PATH}` : process.env.PATH, LC_ALL: 'C.UTF-8' },
    maxBuffer: 1 << 26,
  });
  return { code: result.status ?? -1, stdout: result.stdout, stderr: result.stderr };
}

/** A directory that goes away with the test file. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cloudwright-resources-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Owner and group under which the tests may make files. */
export const me = { owner: userInfo().username, group: sh('id -gn').stdout.trim() };

// biome-ignore lint/suspicious/noExplicitAny: resources of any kind.
type Shell = ShellKind<any, any>;

function shellKind(resource: Resource): Shell {
  if (resource.kind.via !== 'shell') throw new Error('not a shell kind');
  return resource.kind;
}

/** Reads the resources (of one kind) with a real shell and says what each would change. */
export function plan(resources: readonly Resource[], touched = false, path?: string): (Change | undefined)[] {
  const [first] = resources;
  if (!first) return [];
  const kind = shellKind(first);
  const desired = resources.map((resource) => resource.desired);
  const { stdout } = sh(kind.read(desired), path);
  const states = kind.parse(stdout, desired);
  return resources.map((resource, index) => kind.compare(resource.desired, states[index], { touched }));
}

/** Makes all changes; the shell's answers. */
export function converge(resources: readonly Resource[], path?: string): Answer[] {
  return plan(resources, false, path).flatMap((change) => (change ? [sh(change.script, path)] : []));
}

/** The change that a given state leads to. */
export function compare(resource: Resource, state: unknown, touched = false): Change | undefined {
  return shellKind(resource).compare(resource.desired, state, { touched });
}

/** The states that `output` stands for. */
export function parse(resources: readonly Resource[], output: string): readonly unknown[] {
  const [first] = resources;
  if (!first) return [];
  return shellKind(first).parse(
    output,
    resources.map((resource) => resource.desired),
  );
}

/** Directories of a host that scripts name, and that `Rehearsal` has copies of. */
const HOST_PATHS = /(?<![\w/.])\/(?=(?:usr\/sbin|var\/lib|var\/log|etc|run\/systemd)\/)/g;

export interface Rehearsal {
  /** Runs the script with its paths led into `place` and the fake tools first on PATH. */
  run(script: Text): Answer;
  /** What the fake tools were called with, in order: `apt-get update`. */
  calls(): string[];
}

/**
 * A fake host in a directory. `tools` are bodies of shell scripts; each fake notes its call before it runs. A fake
 * fails on a call that it does not know by `unexpected`.
 */
export function rehearsal(place: string, tools: Readonly<Record<string, string>>): Rehearsal {
  mkdirSync(join(place, 'bin'), { recursive: true });
  const log = join(place, 'calls');
  writeFileSync(log, '');
  for (const [tool, body] of Object.entries(tools)) {
    const path = join(place, 'bin', tool);
    const unexpected = `unexpected() { echo "unexpected: ${tool} $*" >&2; exit 99; }`;
    writeFileSync(path, `#!/bin/sh\necho "${tool} $*" >>'${log}'\n${unexpected}\n${body}\n`);
    chmodSync(path, 0o755);
  }
  return {
    run: (script) => sh(reveal(script).replace(HOST_PATHS, `${place}/`), join(place, 'bin')),
    calls: () => sh(`cat '${log}'`).stdout.split('\n').slice(0, -1),
  };
}
