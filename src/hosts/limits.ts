import { type Limiter, limiter } from '../system/limiter.ts';

/** What all connections of one process share, so that a thousand hosts do not mean thousands of ssh processes. */
export interface Limits {
  /** Connections that are being made at a time. */
  readonly connecting: Limiter;
  /** Takes the place of one more session; false when all are in use. */
  takeSession(): boolean;
  giveSession(): void;
}

export interface LimitOptions {
  /** Connections that are being made at a time: each costs both machines a key exchange. 16 by default. */
  readonly connecting?: number;
  /** Sessions beyond the first one of each host, one ssh process each; 256 by default. */
  readonly extraSessions?: number;
}

export function limits(options: LimitOptions = {}): Limits {
  let free = options.extraSessions ?? 256;
  return {
    connecting: limiter(options.connecting ?? 16),
    takeSession() {
      if (free <= 0) return false;
      free -= 1;
      return true;
    },
    giveSession() {
      free += 1;
    },
  };
}
