import type { ShellCheck } from './check.ts';
import type { Resource } from './resource.ts';

export interface Gate {
  readonly step: string;
  readonly gate: ShellCheck;
}

interface Group {
  holder: string | undefined;
  /** The host that had the last turn, and the gates that must hold on it before another host's turn. */
  last: { readonly host: string; readonly gates: Map<string, Gate> } | undefined;
  readonly waiting: { readonly host: string; go(entered: boolean): void }[];
}

/** A resource that may change in a turn. */
export interface TurnItem {
  readonly resource: Pick<Resource, 'id' | 'host' | 'turn'>;
  readonly blockers: ReadonlySet<string>;
  readonly started: boolean;
}

/** Looks at the gates of a host until they hold; false when one does not, or the host is lost. */
export type GateKeeper = (host: string, gates: readonly Gate[]) => Promise<boolean>;

/** Resources of one turn group change on one host at a time. */
export class Turns {
  readonly #groups = new Map<string, Group>();
  readonly #pass: GateKeeper;
  /** Unsettled items by group and host. */
  readonly #items = new Map<string, Set<TurnItem>>();
  #closed = false;

  constructor(pass: GateKeeper) {
    this.#pass = pass;
  }

  add(item: TurnItem): void {
    const { turn, host } = item.resource;
    if (!turn) return;
    const key = `${turn.group}\n${host}`;
    const items = this.#items.get(key);
    if (items) items.add(item);
    else this.#items.set(key, new Set([item]));
  }

  /** Ends the turn of a host when nothing of the group can change there without something from elsewhere. */
  settled(item: TurnItem): void {
    const { turn, host } = item.resource;
    const items = turn && this.#items.get(`${turn.group}\n${host}`);
    if (!items) return;
    items.delete(item);
    const own = new Set([...items].map(({ resource }) => resource.id));
    const busy = [...items].some(
      ({ started, blockers }) => started || [...blockers].every((id) => own.has(id)),
    );
    if (!busy) this.#leave(turn.group, host);
  }

  /** Waits for the host's turn; false when no further host may have one. */
  async enter(name: string, host: string): Promise<boolean> {
    if (this.#closed) return false;
    const group = this.#groups.get(name) ?? { holder: undefined, last: undefined, waiting: [] };
    this.#groups.set(name, group);
    if (group.holder === host) return true;
    if (group.holder === undefined) return this.#take(group, host);
    return new Promise((go) => group.waiting.push({ host, go }));
  }

  /** Remembers the gate of a change that is made in the host's turn. */
  remember(name: string, host: string, step: string, gate: ShellCheck | undefined): void {
    const last = this.#groups.get(name)?.last;
    if (gate && last?.host === host) last.gates.set(gate.id, { step, gate });
  }

  /** Ends the host's turn; the next one begins when the gates of this one hold. */
  #leave(name: string, host: string): void {
    const group = this.#groups.get(name);
    if (group?.holder !== host) return;
    group.holder = undefined;
    const next = group.waiting[0];
    if (!next) return;
    const same = group.waiting.filter((waiter) => waiter.host === next.host);
    for (const waiter of same) group.waiting.splice(group.waiting.indexOf(waiter), 1);
    this.#take(group, next.host).then((entered) => {
      for (const waiter of same) waiter.go(entered);
    });
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#closed = true;
    for (const group of this.#groups.values()) {
      for (const waiter of group.waiting.splice(0)) waiter.go(false);
    }
  }

  async #take(group: Group, host: string): Promise<boolean> {
    group.holder = host;
    const { last } = group;
    if (last && last.host !== host && !(await this.#pass(last.host, [...last.gates.values()]))) {
      this.close();
      return false;
    }
    if (this.#closed) return false;
    // A host that has two turns in a row keeps the gates of the first.
    if (group.last?.host !== host) group.last = { host, gates: new Map() };
    return true;
  }
}
