type Fits<A, B> = [A] extends [B] ? true : false;
type Fields<T> = T extends T ? keyof T : never;

/** True where each type fits the other and both have the same fields, the optional ones included. */
export type Same<A, B> =
  Fits<A, B> extends true
    ? Fits<B, A> extends true
      ? Fits<Fields<A>, Fields<B>> extends true
        ? Fits<Fields<B>, Fields<A>>
        : false
      : false
    : false;

/** The members of a union by their type, each with the list of its fields. */
export type Variants<T extends { readonly type: string }> = {
  readonly [Type in T['type']]: {
    readonly value: Extract<T, { readonly type: Type }>;
    readonly fields: keyof Extract<T, { readonly type: Type }>;
  };
};

/** Compiles only where its type argument is true. */
export function hold<_Holds extends true>(): void {}
