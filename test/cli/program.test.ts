import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, GlobalSettings, Input } from '../../src/cli/command.ts';
import type { CommandTable } from '../../src/cli/commandTable.ts';
import { purposes, runProgram } from '../../src/cli/program.ts';
import { table as realTable } from '../../src/cli/table.ts';
import { CloudwrightError, exitCodeOf, type Problem } from '../../src/errors/problem.ts';

interface Call {
  readonly command: string;
  readonly settings: GlobalSettings & { readonly color: boolean };
  readonly input: Input;
}

function harness(commands: readonly Omit<Command, 'run'>[], code = 0) {
  const calls: Call[] = [];
  const table: CommandTable = {
    groups: [{ name: 'lab', summary: 'trial machines' }],
    commands: commands.map((command) => ({
      ...command,
      run: async () => ({ exitCode: code }),
    })),
  };
  const printed = { out: '', err: '' };
  const run = async (...words: string[]): Promise<number> =>
    await runProgram(words, {
      table,
      execute: async (command, input, settings) => {
        calls.push({ command: command.name, settings, input });
        return code;
      },
      writeOut: (text) => {
        printed.out += text;
      },
      writeErr: (text) => {
        printed.err += text;
      },
      columns: () => 80,
    });
  return { calls, printed, run };
}

const commands: readonly Omit<Command, 'run'>[] = [
  {
    name: 'apply',
    summary: 'converges',
    options: [
      { name: 'step', value: 'STEP', summary: 'only this', many: true },
      { name: 'keep', summary: 'keep' },
      { name: 'like', value: 'TOOL', summary: 'like', choices: ['burrito', 'kolla'] },
    ],
  },
  { name: 'verify', summary: 'checks', arguments: [{ name: 'STEP', summary: 'a step' }] },
  {
    name: 'lab ssh',
    summary: 'enters',
    arguments: [
      { name: 'NODE', summary: 'node', required: true },
      { name: 'COMMAND', summary: 'what', many: true },
    ],
    options: [{ name: 'lab', value: 'NAME', summary: 'which' }],
    passThrough: true,
  },
  { name: 'lab up', summary: 'makes' },
];

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CloudwrightError)) throw new Error(`no problem: ${String(error)}`);
  const [first] = error.problems;
  if (!first) throw new Error('an error without problems');
  return first;
}

describe('a command line', () => {
  it('gives the command its options, lists split at commas', async () => {
    const { calls, run } = harness(commands, 1);
    expect(await run('apply', '--step', 'a,b', '--step=c', '--keep')).toBe(1);
    expect(calls[0]?.input.options('step')).toEqual(['a', 'b', 'c']);
    expect(calls[0]?.input.flag('keep')).toBe(true);
    expect(calls[0]?.input.option('like')).toBeUndefined();
  });

  it.each([
    [['--json', '--file', 'x.yaml', 'verify', 'image']],
    [['verify', 'image', '--json', '-f', 'x.yaml']],
    [['verify', '--json', '--file=x.yaml', 'image']],
  ])('takes global options before and after the command: %j', async (words) => {
    const { calls, run } = harness(commands);
    await run(...words);
    expect(calls[0]?.settings).toEqual({
      json: true,
      verbose: false,
      quiet: false,
      file: 'x.yaml',
      color: true,
    });
    expect(calls[0]?.input.argument('STEP')).toBe('image');
  });

  it('switches colours off from either place', async () => {
    const { calls, run } = harness(commands);
    await run('--no-color', 'verify');
    await run('verify', '--no-color');
    expect(calls.map((call) => call.settings.color)).toEqual([false, false]);
  });

  it('passes everything after the node on to ssh, options too', async () => {
    const { calls, run } = harness(commands);
    await run('lab', 'ssh', '--lab', 'other', 'node1', 'ls', '-la', '--json');
    expect(calls[0]?.input.argument('NODE')).toBe('node1');
    expect(calls[0]?.input.arguments('COMMAND')).toEqual(['ls', '-la', '--json']);
    expect(calls[0]?.input.option('lab')).toBe('other');
    expect(calls[0]?.settings.json).toBe(false);
  });

  it.each<[string[], string[], string | undefined, boolean]>([
    [['node1', '--lab', 'other', 'ls -la | wc'], ['ls -la | wc'], 'other', false],
    [['--lab=other', 'node1', '--json', 'ls', '--lab', 'x'], ['ls', '--lab', 'x'], 'other', true],
    [['node1', '--', '--lab', 'x'], ['--lab', 'x'], undefined, false],
    [['node1', '--lab', 'other', '--', 'ls', '--', '-q'], ['ls', '--', '-q'], 'other', false],
    [['node1', '--lab', 'other'], [], 'other', false],
  ])('takes options before and after the node: lab ssh %j', async (words, command, lab, json) => {
    const { calls, run } = harness(commands);
    await run('lab', 'ssh', ...words);
    expect(calls[0]?.input.argument('NODE')).toBe('node1');
    expect(calls[0]?.input.arguments('COMMAND')).toEqual(command);
    expect(calls[0]?.input.option('lab')).toBe(lab);
    expect(calls[0]?.settings.json).toBe(json);
  });

  it.each<[string[], string, string | undefined]>([
    [['aply'], 'CLI_COMMAND_UNKNOWN', 'cloudwright apply'],
    [['frobnicate'], 'CLI_COMMAND_UNKNOWN', undefined],
    [['lab', 'shh', 'x'], 'CLI_COMMAND_UNKNOWN', 'cloudwright lab ssh'],
    [['aply', '--help'], 'CLI_COMMAND_UNKNOWN', 'cloudwright apply'],
    [['--help', 'aply'], 'CLI_COMMAND_UNKNOWN', 'cloudwright apply'],
    [['-f', 'apply', 'verfy', '--help'], 'CLI_COMMAND_UNKNOWN', 'cloudwright verify'],
    [['lab', 'shh', '--help'], 'CLI_COMMAND_UNKNOWN', 'cloudwright lab ssh'],
    [['lab', 'ssh', 'node1', '--lba', 'x', 'ls'], 'CLI_OPTION_UNKNOWN', '--lab'],
    [['apply', '--setp', 'x'], 'CLI_OPTION_UNKNOWN', '--step'],
    [['apply', '--jsn'], 'CLI_OPTION_UNKNOWN', '--json'],
    [['--versoin'], 'CLI_OPTION_UNKNOWN', '--version'],
    [['apply', '--step'], 'CLI_OPTION_VALUE_MISSING', undefined],
    [['apply', '--like', 'kola'], 'CLI_OPTION_VALUE_INVALID', 'kolla'],
    [['apply', 'now'], 'CLI_ARGUMENT_EXCESS', undefined],
    [['lab', 'ssh'], 'CLI_ARGUMENT_MISSING', undefined],
  ])('%j is refused with %s', async (words, code, suggestion) => {
    const { calls, run } = harness(commands);
    const problem = await problemOf(run(...words));
    expect(problem.code).toBe(code);
    expect(problem.suggestion).toBe(suggestion);
    expect(`${problem.what} ${problem.why} ${problem.next}`).not.toMatch(/\{\w+\}/);
    expect(exitCodeOf([problem])).toBe(2);
    expect(calls).toEqual([]);
  });

  it('prints help on standard output when asked, and on standard error when nothing was said', async () => {
    const { printed, run } = harness(commands);
    expect(await run('apply', '--help')).toBe(0);
    expect(printed.out).toContain('--step <STEP>');
    expect(await run()).toBe(2);
    expect(printed.err).toContain('Other:');
    expect(await run('lab')).toBe(2);
    expect(printed.err).toContain('cloudwright lab');
  });

  it('never ends in anything but an exit code or a problem of the catalogue', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        'apply',
        'verify',
        'lab',
        'ssh',
        'up',
        '--step',
        '--json',
        '--file',
        '--',
        '-',
        '--like',
        '-f',
        '-q',
      ),
      fc.string({ maxLength: 12 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
        const { run } = harness(commands);
        const outcome = await run(...words).catch((error: unknown) => error);
        if (typeof outcome === 'number') return;
        expect(outcome).toBeInstanceOf(CloudwrightError);
        for (const problem of (outcome as CloudwrightError).problems) expect(problem.code).toMatch(/^CLI_/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the real table', () => {
  it('lists the commands by purpose, each once', async () => {
    let out = '';
    await runProgram(['--help'], {
      table: realTable,
      execute: async () => 9,
      writeOut: (text) => {
        out += text;
      },
      writeErr: () => {},
      columns: () => 80,
    });
    const headings = [...out.matchAll(/^(\S.*):$/gm)].map((match) => `${match[1]}:`);
    expect(headings).toEqual(['Options:', ...Object.values(purposes)]);
    for (const { name } of [...realTable.groups, ...realTable.commands]) {
      if (!name.includes(' ')) expect(out.match(new RegExp(`^  ${name} `, 'gm')), name).toHaveLength(1);
    }
  });

  it('has help for every command, and no name twice', async () => {
    const names = realTable.commands.map((command) => command.name);
    expect(new Set(names).size).toBe(names.length);
    for (const command of realTable.commands) {
      const options = (command.options ?? []).map((option) => option.name);
      expect(new Set(options).size, `${command.name} has no option twice`).toBe(options.length);
      let out = '';
      const code = await runProgram([...command.name.split(' '), '--help'], {
        table: realTable,
        execute: async () => 9,
        writeOut: (text) => {
          out += text;
        },
        writeErr: () => {},
        columns: () => 80,
      });
      expect(code).toBe(0);
      expect(out.replace(/\s+/g, ' ')).toContain(command.summary);
    }
  });
});
