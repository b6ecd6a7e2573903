import type { Confidential } from '../../secrets/confidential.ts';
import type { Plain, ValueNode } from '../values/node.ts';
import { asText } from '../values/scalar.ts';
import { type Evaluated, Expression } from './expression.ts';
import { tokens } from './tokens.ts';

/** A value with its templates evaluated; `secret` when a secret went into it. */
export type Resolved =
  | { readonly kind: 'value'; readonly value: Plain; readonly secret: boolean }
  | { readonly kind: 'undefined' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Where a template finds variables, and what is secret among them. */
export interface Scope {
  variable(name: string): ValueNode | undefined;
  isSecret(name: string): boolean;
  /** Opens an encrypted value; nothing where that is not possible. */
  open(envelope: string): Confidential | undefined;
}

const DEEPEST = 25;
const MOST_STEPS = 20_000;
const LONGEST_TEMPLATE = 20_000;

/** Works out templates against a scope. One is made for each import: it counts its steps, so that nothing hangs. */
export class Resolver {
  readonly #scope: Scope;
  readonly #open: string[] = [];
  #steps = 0;
  #secret = false;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** The value of a variable of the scope. */
  variable(name: string): Resolved {
    return this.#guarded(() => this.#lookup(name));
  }

  /** The value of a node, such as an element of a list. */
  node(node: ValueNode): Resolved {
    return this.#guarded(() => this.#node(node));
  }

  #guarded(work: () => Evaluated): Resolved {
    this.#steps = 0;
    this.#secret = false;
    this.#open.length = 0;
    const found = work();
    if (found.kind === 'undefined') return { kind: 'undefined' };
    return found.kind === 'refused' ? found : { kind: 'value', value: found.value, secret: this.#secret };
  }

  #lookup(name: string): Evaluated {
    const node = this.#scope.variable(name);
    if (!node) return { kind: 'undefined', name: name.slice(0, 60) };
    if (this.#open.includes(name)) {
      return { kind: 'refused', reason: `\`${name.slice(0, 60)}\` refers to itself` };
    }
    if (this.#open.length >= DEEPEST)
      return { kind: 'refused', reason: 'it refers to too long a chain of variables' };
    if (this.#scope.isSecret(name)) this.#secret = true;
    this.#open.push(name);
    const found = this.#node(node);
    this.#open.pop();
    return found;
  }

  #node(node: ValueNode): Evaluated {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) return { kind: 'refused', reason: 'it takes too many steps' };
    if (node.kind === 'vault') {
      const opened = this.#scope.open(node.envelope);
      this.#secret = true;
      if (!opened) return { kind: 'refused', reason: 'it is encrypted' };
      return { kind: 'value', value: opened.reveal().replace(/\r?\n$/, '') };
    }
    if (node.kind === 'scalar') {
      if (typeof node.value !== 'string' || node.literal) return { kind: 'value', value: node.value };
      return this.#template(node.value);
    }
    if (node.kind === 'list') {
      const items: Plain[] = [];
      for (const item of node.items) {
        const found = this.#node(item);
        if (found.kind !== 'value') return found;
        items.push(found.value);
      }
      return { kind: 'value', value: items };
    }
    const map: Record<string, Plain> = Object.create(null);
    for (const entry of node.entries) {
      const found = this.#node(entry.value);
      if (found.kind !== 'value') return found;
      map[entry.key] = found.value;
    }
    return { kind: 'value', value: map };
  }

  #template(text: string): Evaluated {
    if (!text.includes('{{') && !text.includes('{%')) return { kind: 'value', value: text };
    if (text.length > LONGEST_TEMPLATE) return { kind: 'refused', reason: 'the template is too long' };
    if (text.includes('{%'))
      return { kind: 'refused', reason: 'it holds statements, which only Ansible works out' };
    let out = '';
    let only: Evaluated | undefined;
    let at = 0;
    for (;;) {
      const open = text.indexOf('{{', at);
      const before = text.slice(at, open === -1 ? undefined : open);
      if (before !== '') only = undefined;
      out += before;
      if (open === -1) break;
      const close = text.indexOf('}}', open);
      if (close === -1) return { kind: 'refused', reason: 'a closing `}}` is missing' };
      this.#steps += 1;
      if (this.#steps > MOST_STEPS) return { kind: 'refused', reason: 'it takes too many steps' };
      const found = this.#expression(text.slice(open + 2, close));
      if (found.kind !== 'value') return found;
      const shown = asText(found.value) ?? (found.value === null ? 'None' : undefined);
      only = out === '' && open === 0 ? found : undefined;
      if (close + 2 === text.length && only) return only;
      if (shown === undefined) return { kind: 'refused', reason: 'a list or map stands within text' };
      out += shown;
      if (out.length > 65_536) return { kind: 'refused', reason: 'the result is too long' };
      at = close + 2;
    }
    return { kind: 'value', value: out };
  }

  #expression(text: string): Evaluated {
    const inside = text.replace(/^-/, '').replace(/-$/, '');
    const parts = tokens(inside);
    if (typeof parts === 'string') return { kind: 'refused', reason: parts };
    return new Expression(parts, (name) => this.#lookup(name)).evaluate();
  }
}
