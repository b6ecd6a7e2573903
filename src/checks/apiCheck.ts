import type { Client } from '../api/client.ts';
import type { ApiCheck, Finding } from '../engine/check.ts';
import { API } from '../engine/resource.ts';
import { finding } from './verdict.ts';

/** What the checks make for a moment carries this, so that the next probe finds what an interrupted one left. */
export const PREFIX = 'cw-check-';

export interface ApiCheckText {
  readonly id: string;
  readonly title: string;
  readonly limitSeconds: number;
  /** See `Check.thorough`. */
  readonly thorough?: boolean;
  /** See `Check.concerns`. */
  readonly concerns?: readonly string[];
}

/** A check through the APIs; an API's error is a finding too. */
export function apiCheck(words: ApiCheckText, probe: (api: Client) => Promise<Finding>): ApiCheck<Client> {
  return { via: 'api', host: API, ...words, probe: (api) => finding(() => probe(api)) };
}
