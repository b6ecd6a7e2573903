import { CloudwrightError, type Problem } from '../errors/problem.ts';
import { MASK } from '../secrets/confidential.ts';

/** A failed request. `status` is 0 when no answer came. The problem quotes the service's message. */
export class ApiError extends CloudwrightError {
  readonly status: number;

  constructor(problem: Problem, status: number, options?: { cause?: unknown }) {
    super([problem], options);
    this.name = 'ApiError';
    this.status = status;
  }

  get code(): string {
    return this.problems[0]?.code ?? '';
  }
}

/** Whether `error` is the service's answer with that status. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof ApiError && statuses.includes(error.status);
}

/** Runs `work`; nothing when the service says that the thing is not there. */
export async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** One sentence on any error, for a finding. */
export function sentenceOf(error: unknown): string {
  if (error instanceof CloudwrightError) {
    const first = error.problems[0];
    return first ? `${first.what} ${first.why}` : 'failed';
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * The human part of a service's error body. Keystone: `error.message`; Nova, Cinder: `<fault>.message`; Neutron:
 * `NeutronError.message`; Placement: `errors[].detail`; Glance, haproxy: HTML; services built on Pecan: `description`.
 */
export function serviceMessage(body: string, secrets: readonly string[]): string {
  return scrub(shorten(messageIn(body)), secrets) || 'nothing';
}

function messageIn(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return body.replace(/<(head|style|title)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  }
  return find(value, 0) ?? '';
}

function find(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth > 3) return undefined;
  const record = value as Record<string, unknown>;
  for (const key of ['message', 'detail', 'description', 'explanation']) {
    const candidate = record[key];
    if (typeof candidate === 'string' && candidate.trim() !== '') return candidate;
  }
  for (const inner of Object.values(record)) {
    const found = find(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function shorten(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

/** Services quote bad input in their messages, passwords too: every secret of the request is taken out. */
export function scrub(message: string, secrets: readonly string[]): string {
  let result = message;
  for (const secret of secrets) {
    if (secret !== '') result = result.split(secret).join(MASK);
  }
  return result;
}
