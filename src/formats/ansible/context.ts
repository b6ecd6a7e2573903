import type { ErrorCode } from '../../errors/catalogue/index.ts';
import { type FilePlace, type Problem, type ProblemOptions, problem } from '../../errors/problem.ts';
import { Confidential } from '../../secrets/confidential.ts';
import { defaultPasswords, type SecretKind, singleSecrets } from '../../vault/table.ts';
import { DraftBuilder } from '../draft.ts';
import type { Variable } from '../inventory/inventory.ts';
import { type Resolved, Resolver } from '../jinja/resolve.ts';
import type { ImportedKey, ImportReport, Outcome } from '../report.ts';
import { type DraftPath, type DraftValue, type ImportResult, type SourceFile, shownPath } from '../result.ts';
import { type Plain, type ValueNode, withPlace } from '../values/node.ts';
import { isPlaceholder } from '../values/scalar.ts';
import { hideText, looksSecret } from '../values/source.ts';
import { readYaml } from '../values/yaml.ts';
import { likelyKey } from './likelyKey.ts';

/** How a key is handled that no part of the importer takes up. */
export interface KeyRule {
  readonly outcome: Outcome;
  readonly note: string;
}

/** Every key of a format. */
export interface KeyTable {
  rule(key: string): KeyRule | undefined;
  readonly keys: readonly string[];
}

export interface ImportOptions {
  /** Opens text encrypted by ansible-vault; throws where it cannot. Absent: vaults stay closed. */
  readonly decrypt?: (envelope: string, file: string) => string;
}

/** A variable as it was read. Of several equal names the one read last counts. */
export interface Entry {
  readonly key: string;
  readonly place: FilePlace;
  readonly node: ValueNode;
  readonly secret: boolean;
  /** `extra`: given on the command line, with precedence over hosts and groups. */
  readonly layer: 'group' | 'extra';
}

interface Settled {
  readonly outcome: Outcome;
  readonly to?: string | undefined;
  readonly note?: string | undefined;
}

/** What an importer of Ansible variables works with: variables by name, the draft, and the account of every key. */
export class ImportContext {
  readonly draft = new DraftBuilder();
  readonly problems: Problem[] = [];
  readonly secrets: Record<string, Confidential> = {};
  readonly #format: ImportReport['format'];
  readonly #tool: string;
  readonly #table: KeyTable;
  readonly #options: ImportOptions;
  readonly #entries: Entry[] = [];
  readonly #current = new Map<string, Entry>();
  readonly #settled = new Map<Entry, Settled>();
  readonly #others: ImportedKey[] = [];
  readonly #files = new Set<string>();
  readonly #builtin = new Map<string, ValueNode>();
  readonly #resolver: Resolver;
  #host: ReadonlyMap<string, Variable> | undefined;

  constructor(format: 'burrito' | 'kolla', tool: string, table: KeyTable, options: ImportOptions) {
    this.#format = format;
    this.#tool = tool;
    this.#table = table;
    this.#options = options;
    this.#resolver = new Resolver({
      variable: (name) => this.#find(name),
      isSecret: (name) => this.#current.get(name)?.secret ?? looksSecret(name),
      open: (envelope) => this.open(envelope, 'an encrypted value'),
    });
  }

  #find(name: string): ValueNode | undefined {
    const entry = this.#current.get(name);
    if (entry?.layer === 'extra') return entry.node;
    return this.#host?.get(name)?.node ?? entry?.node ?? this.#builtin.get(name);
  }

  /** A variable as one host sees it, templates evaluated. */
  ofHost(variables: ReadonlyMap<string, Variable> | undefined, name: string): Plain | undefined {
    this.#host = variables;
    const found = this.#plain(this.#resolver.variable(name));
    this.#host = undefined;
    return found;
  }

  get tool(): string {
    return this.#tool;
  }

  addFile(path: string): void {
    this.#files.add(path);
  }

  /** Makes a value known to templates, such as `groups` or a default of the tool. */
  define(name: string, value: Plain): void {
    const place: FilePlace = { kind: 'file', file: this.#format, line: 1, column: 1 };
    this.#builtin.set(name, withPlace(value, place));
  }

  /** Reads a file of variables, which have precedence over all that were read before; opens it first if it is encrypted. */
  readVariables(file: SourceFile, layer: Entry['layer'] = 'extra'): void {
    this.addFile(file.path);
    for (const entry of this.readEntries(file, layer)) this.add(entry);
  }

  readEntries(file: SourceFile, layer: Entry['layer'] = 'group'): readonly Entry[] {
    this.addFile(file.path);
    const encrypted = /^\ufeff?\s*\$ANSIBLE_VAULT;/.test(file.text);
    const place: FilePlace = { kind: 'file', file: file.path, line: 1, column: 1 };
    const opened = encrypted ? this.open(file.text.trimStart(), file.path, place) : undefined;
    if (encrypted && !opened) return [];
    const { node, problems } = readYaml({ path: file.path, text: opened?.reveal() ?? file.text });
    const closed = (at: FilePlace): FilePlace => (encrypted ? hideText({ ...at, line: 1, column: 1 }) : at);
    this.problems.push(...problems.map((item) => (encrypted ? { ...item, place } : item)));
    if (!node) return [];
    if (node.kind !== 'map') {
      const details = { reason: 'variables are written `name: value`' };
      this.problems.push(problem('IMPORT_YAML_SYNTAX', { place: hideText(closed(node.place)), details }));
      return [];
    }
    return node.entries.map(({ key, keyPlace, value }) => ({
      key,
      place: closed(keyPlace),
      node: value,
      secret: encrypted || value.kind === 'vault' || looksSecret(key),
      layer,
    }));
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    const before = this.#current.get(entry.key);
    this.#current.set(entry.key, entry);
    if (!before) return;
    const repeated = before.place.file === entry.place.file;
    const where = repeated ? `line ${entry.place.line}` : `${entry.place.file}, line ${entry.place.line}`;
    this.#settled.set(before, { outcome: 'suspicious', note: `overridden by ${where}` });
    if (!repeated) return;
    const key = this.#shown(entry);
    this.warn('IMPORT_DUPLICATE_KEY', hideText(entry.place), { key });
  }

  /** Opens an encrypted text; says why not otherwise. */
  open(envelope: string, file: string, place?: FilePlace): Confidential | undefined {
    if (!this.#options.decrypt) {
      this.warn('IMPORT_VAULT_LOCKED', place, { file });
      return undefined;
    }
    try {
      return new Confidential(this.#options.decrypt(envelope, file));
    } catch {
      // The password was given on purpose: going on without the secrets is not what was asked for.
      this.report('IMPORT_VAULT_UNREADABLE', place, {
        file,
        reason: 'the password is wrong or the file is damaged',
      });
      return undefined;
    }
  }

  entry(key: string): Entry | undefined {
    return this.#current.get(key);
  }

  /** All variables that count. */
  entries(): readonly Entry[] {
    return [...this.#current.values()];
  }

  /**
   * The value of a variable with its templates evaluated; nothing where it is absent. Where it cannot be
   * evaluated, that is reported; `to` says what the operator can set instead.
   */
  value(key: string, to: string): Plain | undefined {
    const entry = this.entry(key);
    if (!entry) return this.#builtin.has(key) ? this.#plain(this.#resolver.variable(key)) : undefined;
    const found = this.#resolver.variable(key);
    if (found.kind === 'value' && !found.secret) return found.value;
    const reason =
      found.kind === 'refused'
        ? found.reason
        : found.kind === 'undefined'
          ? 'it refers to a variable that is not defined'
          : 'it holds a secret';
    this.settle(key, 'suspicious', { note: `not evaluated: ${reason}` });
    this.warn('IMPORT_UNRESOLVED', entry.place, { key, reason, to });
    return undefined;
  }

  /** As `value`, but silent where it cannot be evaluated. */
  peek(key: string): Plain | undefined {
    return this.#plain(this.#resolver.variable(key));
  }

  resolve(node: ValueNode): Resolved {
    return this.#resolver.node(node);
  }

  /** A secret's text; empty text counts as none. */
  secret(key: string): Confidential | undefined {
    const entry = this.entry(key);
    if (!entry) return undefined;
    const found = this.#resolver.variable(key);
    const text = found.kind === 'value' && typeof found.value !== 'object' ? String(found.value) : '';
    return text.trim() === '' ? undefined : new Confidential(text);
  }

  #plain(found: Resolved): Plain | undefined {
    return found.kind === 'value' && !found.secret ? found.value : undefined;
  }

  settle(
    key: string,
    outcome: Outcome,
    more: { to?: DraftPath | string | undefined; note?: string | undefined } = {},
  ): void {
    const entry = this.entry(key);
    if (!entry) return;
    const to = Array.isArray(more.to) ? shownPath(more.to) : (more.to as string | undefined);
    this.#settled.set(entry, { outcome, to, note: more.note });
  }

  isSettled(key: string): boolean {
    const entry = this.entry(key);
    return entry !== undefined && this.#settled.has(entry);
  }

  /** Puts a variable's value into the description. */
  carry(
    key: string,
    path: DraftPath,
    value: DraftValue,
    more: { note?: string; comment?: string } = {},
  ): void {
    const entry = this.entry(key);
    const comment = more.comment ?? (entry ? `${this.#tool}: ${key}` : undefined);
    this.draft.set(path, value, { place: entry && valuePlace(entry), comment });
    this.settle(key, 'carried', { to: path, note: more.note });
  }

  /** Carries a value that differs from our default; leaves it out otherwise. */
  carryUnless(key: string, path: DraftPath, value: DraftValue, usual: DraftValue): void {
    if (JSON.stringify(value) === JSON.stringify(usual))
      this.settle(key, 'default', { note: `${shownPath(path)} is that anyway` });
    else this.carry(key, path, value);
  }

  /** Reports that a value has the wrong form. */
  wrong(key: string, expected: string, to: DraftPath): void {
    this.settle(key, 'suspicious', { note: `must be ${expected}; left out` });
    this.report('IMPORT_VALUE', this.entry(key)?.place, { key, expected, to: shownPath(to) });
  }

  /** Adds something to the account that is not a variable, such as a group of the inventory. */
  account(
    key: string,
    place: FilePlace,
    outcome: Outcome,
    more: { to?: string | undefined; note?: string | undefined } = {},
  ): void {
    this.#others.push(imported(key, place, { outcome, ...more }));
  }

  report(
    code: ErrorCode,
    place: FilePlace | undefined,
    details: NonNullable<ProblemOptions['details']> = {},
    suggestion?: string,
  ): void {
    this.problems.push(problem(code, { place, details, suggestion }));
  }

  warn(
    code: ErrorCode,
    place: FilePlace | undefined,
    details: NonNullable<ProblemOptions['details']> = {},
    suggestion?: string,
  ): void {
    this.problems.push(problem(code, { place, details, suggestion, severity: 'warning' }));
  }

  /** A name fit to show: a line that was cut in two may have made a secret into a name. */
  #shown(entry: Entry): string {
    if (this.#table.rule(entry.key)) return entry.key;
    if (!/^[A-Za-z_][\w.-]{0,80}$/.test(entry.key)) return '(unreadable name)';
    return looksSecret(entry.key) ? '(unknown name of a secret)' : entry.key;
  }

  /** Secrets that the vault would refuse are not carried over; and new ones are generated. */
  #screenSecrets(): void {
    const kinds: Readonly<Record<string, SecretKind>> = singleSecrets;
    for (const [name, secret] of Object.entries(this.secrets)) {
      const text = secret.reveal();
      if (isPlaceholder(text)) {
        this.#refusePlaceholder(name);
        continue;
      }
      const kind = kinds[name];
      if (!kind) continue;
      const weak = text.length < (kind.least ?? 1) || defaultPasswords.has(text.toLowerCase());
      if (!weak && kind.pattern.test(text)) continue;
      const encoded = weak ? undefined : encodedKey(kind, text);
      if (encoded !== undefined) {
        this.secrets[name] = new Confidential(encoded);
        continue;
      }
      this.#refuse(name, weak ? 'too short or one that is tried first' : `not ${kind.form}`);
    }
  }

  #refusePlaceholder(name: string): void {
    delete this.secrets[name];
    for (const [entry, settled] of this.#settled) {
      if (settled.to !== `vault: ${name}`) continue;
      this.#settled.set(entry, {
        outcome: 'suspicious',
        note: 'a placeholder of the sample; not carried over',
      });
      this.warn('IMPORT_SECRET_PLACEHOLDER', hideText(entry.place), { key: entry.key });
    }
  }

  #refuse(name: string, why: string): void {
    delete this.secrets[name];
    for (const [entry, settled] of this.#settled) {
      if (settled.to !== `vault: ${name}`) continue;
      this.#settled.set(entry, { outcome: 'suspicious', note: `${why}; a new one is generated` });
      this.warn('IMPORT_WEAK_PASSWORD', hideText(entry.place), { key: entry.key, reason: `It is ${why}.` });
    }
  }

  result(): ImportResult {
    this.#screenSecrets();
    const keys = [...this.#others];
    for (const entry of this.#entries) {
      const settled = this.#settled.get(entry) ?? this.#table.rule(entry.key);
      if (settled) {
        keys.push(imported(this.#shown(entry), entry.place, settled));
        continue;
      }
      const key = this.#shown(entry);
      const suggestion = likelyKey(entry.key, this.#table.keys);
      const note = suggestion
        ? `unknown; \`${suggestion}\` may be meant`
        : `unknown to every release of ${this.#tool}`;
      const place = hideText(entry.place);
      keys.push(imported(key, place, { outcome: 'suspicious', note }));
      this.warn('IMPORT_UNKNOWN_KEY', place, { key, format: this.#tool }, suggestion);
    }
    const report: ImportReport = { format: this.#format, files: [...this.#files], keys };
    return { report, description: this.draft.build(), secrets: this.secrets, problems: this.problems };
  }
}

/** A key of 32 bytes as plain text, in base64 where the vault keeps it so. */
function encodedKey(kind: SecretKind, text: string): string | undefined {
  if (Buffer.byteLength(text) !== 32) return undefined;
  const encoded = Buffer.from(text).toString('base64');
  return kind.pattern.test(encoded) ? encoded : undefined;
}

/** Where the value stands; the key's place for a list or map, which may begin on a later line. */
function valuePlace(entry: Entry): FilePlace {
  return entry.node.kind === 'scalar' ? entry.node.place : entry.place;
}

function imported(key: string, place: FilePlace, settled: Settled): ImportedKey {
  const { outcome, to, note } = settled;
  return { key, place, outcome, ...(to !== undefined && { to }), ...(note !== undefined && { note }) };
}
