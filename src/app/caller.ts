import type { RunEvent } from '../engine/event.ts';
import type { Problem } from '../errors/problem.ts';

/** Everything that a person learns while a request is worked on. Times are milliseconds since the epoch. */
export type AppEvent = RunEvent;

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;
export type NewEvent = WithoutTime<AppEvent>;

/** Questions that only a person can answer. A caller that no person attends leaves them out. */
export interface Questions {
  /** Asks for a value that is not shown while it is typed. `option`: how else it can be given. */
  secret(question: string, option: string): Promise<string>;
  text(question: string, option: string): Promise<string>;
  /** `problems` explain why the question is asked. */
  confirm(question: string, problems: readonly Problem[]): Promise<boolean>;
}

/** Who asks: the command line, another program, a test. */
export interface Caller {
  /** Aborted when the person interrupts: running changes finish, nothing new starts. */
  readonly signal: AbortSignal;
  emit(event: AppEvent): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** File that holds the vault's password; else the environment, the key file or a question gives it. */
  readonly vaultPasswordFile?: string | undefined;
  readonly questions?: Questions | undefined;
}

/** Emits with the present time. */
export function emitNow(caller: Pick<Caller, 'emit'>, event: NewEvent): void {
  caller.emit({ at: Date.now(), ...event } as AppEvent);
}

/** Says one sentence to the person. */
export function note(caller: Pick<Caller, 'emit'>, text: string): void {
  emitNow(caller, { type: 'note', text });
}

export function emitProblems(caller: Pick<Caller, 'emit'>, problems: readonly Problem[]): void {
  for (const problem of problems) emitNow(caller, { type: 'problem', problem });
}
