import type { RunEvent } from '../../engine/event.ts';
import type { CommandContext } from '../command.ts';
import { jsonRenderer } from './jsonLines.ts';
import { liveRenderer } from './live.ts';
import { plainRenderer } from './plain.ts';
import { verboseRenderer } from './verbose.ts';

/** A reader of the event stream that prints. */
export interface Renderer {
  take(event: RunEvent): void;
  /** Leaves the terminal as it was found; safe to call twice, also when no run-finished came. */
  end(): void;
  /** Problems that were printed already; whoever catches an error leaves these out. */
  readonly reported: ReadonlySet<string>;
}

/** JSON lines where a script asked, every change where verbose, the live view on a terminal, plain lines elsewhere. */
export function rendererFor(context: CommandContext): Renderer {
  const { settings, terminal } = context;
  if (settings.json) return jsonRenderer(terminal);
  if (settings.verbose) return verboseRenderer(context);
  if (terminal.live && !settings.quiet) return liveRenderer(context);
  return plainRenderer(context);
}
