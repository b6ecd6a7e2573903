import { sentenceOf } from '../api/errors.ts';
import type { Finding } from '../engine/check.ts';

/** A judgement on one subject: "network agents". */
export interface Verdict extends Finding {
  readonly subject: string;
}

/** Rows for a person and for JSON; every row has every column. */
export interface Table {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** Host names may be stored with their domain. */
export function shortName(host: string): string {
  return host.split('.')[0] ?? host;
}

/** All faults in one sentence, or the sentence that says what is well. */
export function judge(faults: readonly string[], well: string): Finding {
  return faults.length === 0 ? { ok: true, sentence: well } : { ok: false, sentence: faults.join('; ') };
}

/** What a probe found; an API's error is a finding too. */
export async function finding(probe: () => Promise<Finding>): Promise<Finding> {
  try {
    return await probe();
  } catch (error) {
    return { ok: false, sentence: sentenceOf(error) };
  }
}

/** Those of the records that are not of one of these hosts; `host@backend` is a host's too. */
export function withoutHosts<T extends { readonly host: string }>(
  records: readonly T[],
  hosts: ReadonlySet<string>,
): readonly T[] {
  return records.filter(({ host }) => !hosts.has(shortName(host.split('@')[0] ?? host)));
}
