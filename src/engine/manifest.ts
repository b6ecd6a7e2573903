import { problem } from '../errors/problem.ts';
import { quote } from '../hosts/quote.ts';
import { STATE_DIRECTORY } from '../hosts/stateDirectory.ts';
import { type Limiter, limiter } from '../system/limiter.ts';
import { MARK } from './from.ts';
import { API, CLUSTER, type Resource, type ResourceRecord } from './resource.ts';
import { problemsOf, type RunState } from './runState.ts';

/** Where a host keeps the list of what Cloudwright has put on it and could remove. */
const FILE = `${STATE_DIRECTORY}/manifest.json`;

/** One resource that a host, or the cloud, keeps. */
export interface ManifestEntry {
  /** `<host>/<kind>:<name>`; without the host for what belongs to the cloud, as it may move to another one. */
  readonly id: string;
  readonly kind: string;
  readonly step: string;
  readonly record: ResourceRecord;
}

/** The shell that prints a host's manifest, or nothing. */
export const READ_MANIFEST = `cat ${FILE} 2>/dev/null || :`;

/** Undefined when the text is no manifest: then nothing is removed by it. */
export function parseManifest(text: string): readonly ManifestEntry[] | undefined {
  if (text.trim() === '') return [];
  try {
    const found = JSON.parse(text) as { readonly version?: unknown; readonly resources?: unknown };
    if (found.version !== 1 || !Array.isArray(found.resources)) return undefined;
    return found.resources.filter(
      (entry: Partial<ManifestEntry>) =>
        isPlain(entry.id) && isPlain(entry.kind) && isPlain(entry.step) && isRecord(entry.record),
    ) as readonly ManifestEntry[];
  } catch {
    return undefined;
  }
}

/** A host may say what it likes: only plain text without late values gets into a run. */
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && !value.includes(MARK);
}

function isRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(isPlain);
}

function printManifest(entries: readonly ManifestEntry[]): string {
  const lines = entries.map((entry) => JSON.stringify(entry));
  return `{"version":1,"resources":[${lines.length > 0 ? `\n${lines.join(',\n')}\n` : ''}]}\n`;
}

/** Whether a resource belongs to the cloud rather than to one host. */
export function belongsToCloud({ host, cloudWide }: Resource): boolean {
  return cloudWide === true || host === API || host === CLUSTER;
}

/** The id under which a manifest keeps a resource. */
export function manifestId(resource: Resource): string {
  if (!resource.cloudWide) return resource.id;
  return resource.id.slice(resource.id.indexOf('/') + 1);
}

/** What the manifests of the reached hosts say, and what is written to them. */
export class Manifests {
  readonly #run: RunState;
  /** Steps in the order of the run: the order of the entries. */
  readonly #steps: readonly string[];
  readonly #keepers: ReadonlySet<string>;
  readonly #entries = new Map<string, readonly ManifestEntry[]>();
  readonly #written = new Map<string, string>();
  readonly #turns = new Map<string, Limiter>();

  /** `hosts`: those that were reached; `steps`: in the order of the run. */
  constructor(run: RunState, hosts: Iterable<string>, steps: readonly string[], keepers: Iterable<string>) {
    this.#run = run;
    this.#steps = steps;
    this.#keepers = new Set(keepers);
    for (const host of hosts) this.#entries.set(host, []);
  }

  get hosts(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Whether a host's word counts for what belongs to the cloud. */
  isKeeper(host: string): boolean {
    return this.#keepers.has(host);
  }

  entriesOf(host: string): readonly ManifestEntry[] {
    return this.#entries.get(host) ?? [];
  }

  /** Takes what a host's manifest says. */
  take(host: string, text: string): void {
    const entries = parseManifest(text);
    if (!entries) {
      this.#run.emit({
        type: 'note',
        text: `${FILE} on ${host} is not valid; it is written again, and nothing is removed by it.`,
      });
    }
    this.#entries.set(host, entries ?? []);
    this.#written.set(host, text);
  }

  /**
   * Writes the manifests of the hosts after steps have converged, where they differ. Entries of what is no longer
   * described stay until it is removed.
   */
  async write(steps: ReadonlyMap<string, readonly Resource[]>): Promise<void> {
    const fresh = new Map<string, ManifestEntry[]>();
    const add = (host: string, entry: ManifestEntry): void => {
      const list = fresh.get(host);
      if (list) list.push(entry);
      else fresh.set(host, [entry]);
    };
    for (const [step, resources] of steps) {
      for (const resource of resources) {
        const { kind, desired } = resource;
        if (kind.via === 'cluster' || !kind.removal || resource.keep) continue;
        const id = manifestId(resource);
        const entry = { id, kind: kind.name, step, record: kind.removal.record(desired) };
        if (!belongsToCloud(resource)) add(resource.host, entry);
        else for (const keeper of this.#keepers) add(keeper, entry);
      }
    }
    await Promise.all(
      this.hosts.map(async (host) => {
        const added = fresh.get(host) ?? [];
        const ids = new Set(added.map((entry) => entry.id));
        const kept = this.entriesOf(host).filter((entry) => !ids.has(entry.id));
        this.#entries.set(host, this.#sorted([...kept, ...added]));
        await this.#writeHost(host);
      }),
    );
  }

  /** Takes an entry out, once what it stands for is gone. */
  async forget(ids: ReadonlySet<string>): Promise<void> {
    await Promise.all(
      this.hosts.map(async (host) => {
        const entries = this.entriesOf(host);
        const kept = entries.filter((entry) => !ids.has(entry.id));
        if (kept.length === entries.length) return;
        this.#entries.set(host, kept);
        await this.#writeHost(host);
      }),
    );
  }

  #sorted(entries: readonly ManifestEntry[]): readonly ManifestEntry[] {
    const place = new Map(this.#steps.map((step, index) => [step, index]));
    const of = ({ step }: ManifestEntry): number => place.get(step) ?? this.#steps.length;
    return [...entries].sort((a, b) => of(a) - of(b));
  }

  async #writeHost(host: string): Promise<void> {
    const inOrder = this.#turns.get(host) ?? limiter(1);
    this.#turns.set(host, inOrder);
    await inOrder(async () => {
      const entries = this.entriesOf(host);
      const text = printManifest(entries);
      const written = this.#written.get(host) ?? '';
      if (text === written || (entries.length === 0 && written === '') || this.#run.isLost(host)) return;
      const script = `umask 077; mkdir -p ${STATE_DIRECTORY} && printf %s ${quote(text)} >${FILE}.new && mv ${FILE}.new ${FILE}`;
      try {
        const result = await this.#run.onHosts(async () =>
          (await this.#run.connections.get(host)).run({
            script,
            limitSeconds: 30,
            doing: 'write the list of what is on the host',
          }),
        );
        if (result.exitCode === 0) {
          this.#written.set(host, text);
          return;
        }
        const place = { kind: 'cloud', host } as const;
        const details = { host, file: FILE };
        this.#run.report(problem('MANIFEST_NOT_WRITTEN', { place, details, evidence: result.stderr }), {
          host,
        });
      } catch (error) {
        for (const reason of problemsOf(error, { kind: 'cloud', host })) this.#run.loseHost(host, reason);
      }
    });
  }
}
