import type { ErrorCode } from '../../errors/catalogue/index.ts';
import { type FilePlace, type Problem, type ProblemOptions, problem } from '../../errors/problem.ts';
import { DraftBuilder } from '../draft.ts';
import type { ImportHints } from '../hints.ts';
import type { ImportedKey, Outcome } from '../report.ts';
import type { DraftPath } from '../result.ts';
import { shownPath } from '../result.ts';
import type { Answer, AnswerFile } from './answers.ts';
import { packstackKeys } from './keys/index.ts';
import { deprecatedNames, retiredKeys } from './keys/retired.ts';

interface Settlement {
  readonly outcome: Outcome;
  readonly to?: string;
  readonly note?: string;
}

/** One part of an answer that lists several things, with its own place. */
export interface Item {
  readonly text: string;
  readonly place: FilePlace;
}

/**
 * An answer file while it is imported: which answer counts for each key, the outcome of each line, and the
 * description that grows from it. Each answer is settled once; a later word replaces an earlier one.
 */
export class Reading {
  readonly draft = new DraftBuilder();
  readonly problems: Problem[] = [];
  readonly hints: ImportHints;
  readonly #file: AnswerFile;
  readonly #counting = new Map<string, number>();
  readonly #settled: (Settlement | undefined)[] = [];

  constructor(file: AnswerFile, hints: ImportHints) {
    this.#file = file;
    this.hints = hints;
    this.#chooseAnswers();
  }

  /** The answer that counts for a key of today's Packstack, also when it stands under an old name. */
  find(key: string): Answer | undefined {
    const index = this.#counting.get(key);
    return index === undefined ? undefined : this.#file.answers[index];
  }

  value(key: string): string | undefined {
    return this.find(key)?.value;
  }

  place(key: string): FilePlace | undefined {
    return this.find(key)?.valuePlace;
  }

  /** The answer, or Packstack's default where the file has none. */
  effective(key: string): string {
    return this.value(key) ?? packstackKeys[key]?.default ?? '';
  }

  /** `y` or `n` as Packstack reads it; other spellings of yes and no are understood and reported. */
  yes(key: string): boolean {
    const written = this.effective(key);
    if (written === 'y' || written === 'n') return written === 'y';
    return truthOf(written) ?? packstackKeys[key]?.default === 'y';
  }

  /** The parts of a comma-separated answer, empty ones left out. */
  items(key: string): readonly Item[] {
    const answer = this.find(key);
    if (!answer) return [];
    const found: Item[] = [];
    let offset = 0;
    for (const part of answer.value.split(',')) {
      const text = part.trim();
      const lead = part.length - part.trimStart().length;
      const column = answer.valuePlace.column + (answer.oddity === 'quoted' ? 1 : 0) + offset + lead;
      offset += part.length + 1;
      if (text === '') continue;
      found.push({ text, place: { ...answer.valuePlace, column, length: text.length } });
    }
    return found;
  }

  carried(key: string, path: DraftPath, note?: string): void {
    this.settle(key, 'carried', note, shownPath(path));
  }

  settle(key: string, outcome: Outcome, note?: string, to?: string): void {
    const index = this.#counting.get(key);
    if (index !== undefined) this.settleAt(index, outcome, note, to);
  }

  settleAt(index: number, outcome: Outcome, note?: string, to?: string): void {
    this.#settled[index] = { outcome, ...(to && { to }), ...(note && { note }) };
  }

  /** Settles an answer that Packstack would not read, and forgets it. */
  dismiss(key: string, why: string): void {
    this.settle(key, 'meaningless', why);
    this.#counting.delete(key);
  }

  /** Adds a doubt to what was settled before. */
  alsoSuspicious(key: string, note: string): void {
    const index = this.#counting.get(key);
    if (index === undefined) return;
    const before = this.#settled[index];
    const combined = before?.note ? `${note} ${before.note}` : note;
    this.settleAt(index, 'suspicious', combined, before?.to);
  }

  /** Whether the counting answer of a key has been settled; true where there is none. */
  isSettled(key: string): boolean {
    const index = this.#counting.get(key);
    return index === undefined || this.#settled[index] !== undefined;
  }

  addProblem(code: ErrorCode, options: ProblemOptions = {}): void {
    this.problems.push(problem(code, options));
  }

  /** States an assumption: in the problems as a warning and as a comment beside the value. */
  assume(path: DraftPath, what: string, value: string, why: string, option: string, place?: FilePlace): void {
    this.addProblem('IMPORT_PACKSTACK_ASSUMED', {
      severity: 'warning',
      place: place ?? this.place('CONFIG_CONTROLLER_HOST'),
      details: { what, value, why, option },
    });
    this.draft.comment(path, `Assumed: ${why}`);
  }

  /** Every answer with its outcome, in the file's order. */
  report(): readonly ImportedKey[] {
    const keys: ImportedKey[] = [];
    for (const [index, answer] of this.#file.answers.entries()) {
      const settled = this.#settled[index] ?? { outcome: 'suspicious', note: 'Nothing was made of it.' };
      keys.push({
        key: answer.key,
        place: answer.place,
        ...withOddity(withOldName(settled, answer), answer),
      });
    }
    return keys;
  }

  #chooseAnswers(): void {
    const repeated = new Map<string, number>();
    for (const [index, answer] of this.#file.answers.entries()) {
      if (answer.section !== '' && answer.section.toLowerCase() !== 'general') {
        this.settleAt(index, 'meaningless', 'Packstack reads only what stands below [general].');
        continue;
      }
      const before = repeated.get(answer.key);
      if (before !== undefined) {
        const again = `Given again in line ${answer.place.line}, and the last one counts.`;
        this.settleAt(before, 'suspicious', again);
      }
      repeated.set(answer.key, index);
      if (answer.key in packstackKeys) this.#counting.set(answer.key, index);
    }
    for (const [key, index] of repeated) this.#settleOldName(key, index);
  }

  /** An old name counts where the new one is missing; old names with different values are reported. */
  #settleOldName(key: string, index: number): void {
    const current = deprecatedNames[key];
    const answer = this.#file.answers[index];
    if (current === undefined || !answer) return;
    const counting = this.find(current);
    if (counting && counting.key === current) {
      this.settleAt(index, 'meaningless', `Old name of ${current}, which is given and counts.`);
      return;
    }
    if (answer.value === '') {
      this.settleAt(index, 'default', `Old name of ${current}; empty, so it says nothing.`);
      return;
    }
    if (!counting) {
      this.#counting.set(current, index);
      return;
    }
    if (counting.value === answer.value) {
      this.settleAt(
        index,
        'meaningless',
        `Old name of ${current}; ${counting.key} says the same and counts.`,
      );
      return;
    }
    const note = `Old name of ${current}, as is ${counting.key}, and they differ: Packstack refuses that. ${counting.key} was assumed to count.`;
    this.settleAt(index, 'suspicious', note);
  }

  /** Answers to keys that today's Packstack does not have, without an outcome so far. */
  *unknownAnswers(): Iterable<{ readonly answer: Answer; readonly index: number }> {
    for (const [index, answer] of this.#file.answers.entries()) {
      if (this.#settled[index] !== undefined || answer.key in packstackKeys) continue;
      if (answer.key in deprecatedNames && !(answer.key in retiredKeys)) continue;
      yield { answer, index };
    }
  }
}

/** Whether the text is one of the usual spellings of yes or no. */
export function truthOf(text: string): boolean | undefined {
  if (/^(y|yes|true|on|1)$/i.test(text)) return true;
  if (/^(n|no|false|off|0)$/i.test(text)) return false;
  return undefined;
}

function withOldName(settled: Settlement, answer: Answer): Settlement {
  const current = deprecatedNames[answer.key];
  const isExplained = settled.note?.startsWith('Old name') || settled.note?.startsWith('Given again');
  if (current === undefined || isExplained) return settled;
  return { ...settled, note: `Old name of ${current}.${settled.note ? ` ${settled.note}` : ''}` };
}

function withOddity(settled: Settlement, answer: Answer): Settlement {
  const rest = settled.note ? ` ${settled.note}` : '';
  if (answer.oddity === 'indented') {
    const note = `Indented, so Packstack takes the line for the rest of the answer above; it was read as an answer of its own.${rest}`;
    return { ...settled, outcome: 'suspicious', note };
  }
  if (answer.oddity === 'joined') {
    const note = `Several answers stand in one line, and Packstack takes the first for all of it; they were read apart.${rest}`;
    return { ...settled, outcome: 'suspicious', note };
  }
  if (answer.oddity === 'quoted') {
    const note = `The quotes would be part of the value for Packstack; they were left out.${rest}`;
    return { ...settled, outcome: 'suspicious', note };
  }
  return settled;
}
