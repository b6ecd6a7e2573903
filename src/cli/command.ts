import type { Terminal } from './terminal.ts';

/** A value that the operator gives by position. `…` follows the name in help when `many`. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly many?: boolean;
  readonly choices?: readonly string[];
  /** Completes to file names in the shell. */
  readonly file?: boolean;
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
  readonly file?: boolean;
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

/** All that a command may use of the world around it; tests hand in their own. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly settings: GlobalSettings;
  /** Working folder; relative file names start here. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted at the first SIGINT or SIGTERM: what is under way finishes, nothing new starts. */
  readonly signal: AbortSignal;
}

/** One command of the table; help, completion and `docs/commands.md` are made from these values. */
export interface Command {
  /** As typed: `apply`, or `lab up` for one in a group. */
  readonly name: string;
  readonly summary: string;
  /** Paragraphs below the summary in help. */
  readonly details?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples?: readonly Example[];
  /** Everything after the first argument goes on as it stands, options too: `lab ssh NODE ls -l`. */
  readonly passThrough?: boolean;
  /** Settles with the exit code. */
  run(context: CommandContext, input: Input): Promise<number>;
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
