import type { Caller } from '../app/caller.ts';
import type { Terminal } from './terminal.ts';

/** What the shell's completion offers for a value. */
export type Completes = 'file' | 'step' | 'host' | 'lab' | 'node';

/** A value that the operator gives by position. `…` follows the name in help when `many`. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

/** A long option. With `value` it takes one, shown in help in that spelling; without, it is a switch. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  readonly value?: string;
  readonly summary: string;
  /** May be given several times, and takes comma-separated lists. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

export interface Example {
  readonly line: string;
  readonly says: string;
}

/** Settings that every command takes. */
export interface GlobalSettings {
  readonly file?: string;
  readonly vaultPasswordFile?: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** What a command is given: the terminal, its settings, and who asks for what it calls in `app/`. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly settings: GlobalSettings;
  /** Working folder; relative file names start here. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted at the first SIGINT or SIGTERM: running changes finish, nothing new starts. */
  readonly signal: AbortSignal;
  /** Passed on to every function of `app/`; its events are printed. */
  readonly caller: Caller;
}

/** What a command has to say at its end. */
export interface Outcome {
  readonly exitCode: number;
  /** `data` of the last line of `--json`: plain values. */
  readonly data?: unknown;
  /** Printed unless `--json` was given. */
  readonly text?: () => string;
  /** Printed with `--quiet` too, because the command was called to print it. */
  readonly essential?: true;
}

/** What `--help` lists together. */
export type Purpose = 'start' | 'describe' | 'deploy' | 'look' | 'manage' | 'other';

/**
 * One command of the table; help, completion and `docs/commands.md` are made from these values. What it calls is
 * imported in `run`, so that no command pays for what another needs.
 */
export interface Command {
  /** As typed: `apply`, or `lab up` for one in a group. */
  readonly name: string;
  readonly purpose?: Purpose;
  readonly summary: string;
  /** Paragraphs below the summary in help. */
  readonly details?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples?: readonly Example[];
  /** The last argument takes everything from its first word on, options too: `lab ssh NODE ls -l`. */
  readonly passThrough?: true;
  run(context: CommandContext, input: Input): Promise<Outcome>;
}

/** What was typed after a command's name, read by the names of its specs. */
export class Input {
  readonly #arguments: ReadonlyMap<string, string | readonly string[]>;
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(
    given: ReadonlyMap<string, string | readonly string[]>,
    options: Readonly<Record<string, unknown>>,
  ) {
    this.#arguments = given;
    this.#options = options;
  }

  /** Nothing was given after the command's name. */
  get isBare(): boolean {
    return this.#arguments.size === 0 && Object.keys(this.#options).length === 0;
  }

  argument(name: string): string | undefined {
    const value = this.#arguments.get(name);
    return typeof value === 'string' ? value : value?.[0];
  }

  arguments(name: string): readonly string[] {
    const value = this.#arguments.get(name) ?? [];
    return typeof value === 'string' ? [value] : value;
  }

  option(name: string): string | undefined {
    const value = this.#options[camelCase(name)];
    return typeof value === 'string' ? value : undefined;
  }

  /** An option given several times, or once with commas. */
  options(name: string): readonly string[] {
    const value = this.#options[camelCase(name)];
    const given = Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
    return given
      .flatMap((part) => String(part).split(','))
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  flag(name: string): boolean {
    return this.#options[camelCase(name)] === true;
  }
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
