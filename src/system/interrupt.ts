import { AsyncLocalStorage } from 'node:async_hooks';
import { fail } from '../errors/problem.ts';

const signals = new AsyncLocalStorage<AbortSignal | undefined>();

/**
 * Runs `work` so that every command and every wait in it ends when `signal` aborts: they reject with
 * SYSTEM_INTERRUPTED. An inner call replaces the signal; `undefined` protects a clean-up from the outer one.
 */
export function withSignal<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  return signals.run(signal, work);
}

/** The signal that the current work listens to. */
export function currentSignal(): AbortSignal | undefined {
  return signals.getStore();
}

/** Rejects the current work if its signal has aborted. */
export function checkInterrupted(doing: string): void {
  if (currentSignal()?.aborted) fail('SYSTEM_INTERRUPTED', { details: { doing } });
}
