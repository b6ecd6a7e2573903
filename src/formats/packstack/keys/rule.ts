/** What Packstack itself accepts for a key; an empty value passes everywhere but in `yes-no` and choices. */
export type ValueKind =
  | 'text'
  | 'yes-no'
  | 'true-false'
  | 'integer'
  | 'number'
  | 'port'
  | 'host'
  | 'hosts'
  | readonly string[];

/**
 * How a key is handled.
 *
 * - `carried`: the mapping reads it; it reports where to.
 * - `secret`: into the vault under this name.
 * - `meaningless`: `why`, whatever the value.
 * - `unsupported`: `means` for this cloud; values in `same` are what Cloudwright does anyway.
 */
type Handling =
  | { readonly is: 'carried' }
  | { readonly is: 'secret'; readonly to: string }
  | { readonly is: 'meaningless'; readonly why: string }
  | { readonly is: 'unsupported'; readonly means: string; readonly same: readonly string[] };

/** A group of Packstack whose keys count only under a condition (its PRE_CONDITION); `conditions.ts` has them all. */
type Condition = string;

export interface KeyRule {
  /** Packstack's default as a generated file has it; nothing where it is generated or depends on the host. */
  readonly default: string | undefined;
  readonly value: ValueKind;
  readonly handling: Handling;
  readonly when?: Condition;
}

export type KeyTable = Readonly<Record<string, KeyRule>>;

type More = { readonly value?: ValueKind; readonly when?: Condition };

function rule(handling: Handling, initial: string | undefined, more: More): KeyRule {
  return { default: initial, value: more.value ?? 'text', handling, ...(more.when && { when: more.when }) };
}

/** The mapping reads the key. */
export function carried(initial: string | undefined, value: ValueKind, when?: Condition): KeyRule {
  return rule({ is: 'carried' }, initial, { value, ...(when && { when }) });
}

/** A password; Packstack draws one where PW_PLACEHOLDER stands. */
export function secret(to: string, when?: Condition): KeyRule {
  return rule({ is: 'secret', to }, 'PW_PLACEHOLDER', when ? { when } : {});
}

/** A secret that Packstack draws when it writes the file. */
export function drawnSecret(to: string, when?: Condition): KeyRule {
  return rule({ is: 'secret', to }, undefined, when ? { when } : {});
}

export function meaningless(initial: string | undefined, why: string, more: More = {}): KeyRule {
  return rule({ is: 'meaningless', why }, initial, more);
}

export function unsupported(
  initial: string | undefined,
  means: string,
  more: More & { readonly same?: readonly string[] } = {},
): KeyRule {
  return rule({ is: 'unsupported', means, same: more.same ?? [] }, initial, more);
}

/** `y` or `n` for something that Cloudwright doesn't deploy: `n` is what it does anyway. */
export function absentService(initial: 'y' | 'n', means: string, when?: Condition): KeyRule {
  return unsupported(initial, means, { value: 'yes-no', same: ['n'], ...(when && { when }) });
}

/** `y` or `n` for something that Cloudwright always does: `y` is what it does anyway. */
export function presentService(initial: 'y' | 'n', means: string, when?: Condition): KeyRule {
  return unsupported(initial, means, { value: 'yes-no', same: ['y'], ...(when && { when }) });
}

/** The same rule for several keys, each with its default. */
export function each(
  keys: Readonly<Record<string, string | undefined>>,
  make: (initial: string | undefined) => KeyRule,
): KeyTable {
  return Object.fromEntries(Object.entries(keys).map(([key, initial]) => [key, make(initial)]));
}
