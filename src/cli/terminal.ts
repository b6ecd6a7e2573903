import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** Where a command prints: results to `out`, problems and notes to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly colors: Colors;
  /** Colours of what goes to `err`, which may be a terminal where `out` is a pipe, or the other way round. */
  readonly errColors: Colors;
  /** `out` is a terminal that can be redrawn in place. */
  readonly live: boolean;
  /** A person can be asked: both the input and `err` are terminals. */
  readonly asks: boolean;
  /** Width and height in character cells; 80 × 24 where unknown. */
  columns(): number;
  rows(): number;
}

export interface StreamLike {
  write(text: string): unknown;
  /** The reader is gone. */
  readonly destroyed?: boolean | undefined;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface TerminalOptions {
  readonly out: StreamLike;
  readonly err: StreamLike;
  readonly input: { readonly isTTY?: boolean | undefined };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly color: boolean;
}

/**
 * Wraps the process's streams. NO_COLOR (any non-empty value), `--no-color` and TERM=dumb switch colours off;
 * FORCE_COLOR other than 0 switches them on where the stream is no terminal.
 */
export function terminalOf(options: TerminalOptions): Terminal {
  const { out, err, input, environment } = options;
  const dumb = environment.TERM === 'dumb';
  const colored = (stream: StreamLike): boolean => {
    if (!options.color || environment.NO_COLOR) return false;
    if (environment.FORCE_COLOR && environment.FORCE_COLOR !== '0') return true;
    return stream.isTTY === true && !dumb;
  };
  return {
    out: (text) => write(out, text),
    err: (text) => write(err, text),
    colors: pc.createColors(colored(out)),
    errColors: pc.createColors(colored(err)),
    live: out.isTTY === true && !dumb,
    asks: input.isTTY === true && err.isTTY === true && !dumb,
    // A pseudo terminal without a size reports 0.
    columns: () => out.columns || err.columns || 80,
    rows: () => out.rows || 24,
  };
}

/** Nothing is written for a reader that is gone, as `head` is after its last line: the command itself continues. */
function write(stream: StreamLike, text: string): void {
  if (!stream.destroyed) stream.write(text);
}
