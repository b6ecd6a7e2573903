import { isPlainList, isPlainMap, type Plain } from '../values/node.ts';
import { asText } from '../values/scalar.ts';
import { applyFilter, isTruthy } from './filters.ts';
import type { Token } from './tokens.ts';

/** A value, one that is not defined, or why the expression is not worked out. */
export type Evaluated =
  | { readonly kind: 'value'; readonly value: Plain }
  | { readonly kind: 'undefined'; readonly name: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Looks a variable up. */
export type Lookup = (name: string) => Evaluated;

const DEEPEST = 40;

const value = (plain: Plain): Evaluated => ({ kind: 'value', value: plain });
const refused = (reason: string): Evaluated => ({ kind: 'refused', reason });

/** Functions and plugins that exist in a running Ansible only. */
const FACTS =
  /^(?:hostvars|ansible_\w+|inventory_hostname\w*|play_hosts|playbook_dir|inventory_dir|role_path|item|omit)$/;

/**
 * Evaluates the small part of Jinja that variables of a deployment need: names, attributes, elements, text, numbers,
 * lists, `~`, `+`, comparisons, `in`, `is defined`, `and`, `or`, `not`, `a if b else c`, and filters. Nothing is
 * ever called.
 */
export class Expression {
  readonly #tokens: readonly Token[];
  readonly #lookup: Lookup;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], lookup: Lookup) {
    this.#tokens = tokens;
    this.#lookup = lookup;
  }

  evaluate(): Evaluated {
    const found = this.#conditional();
    if (found.kind === 'refused' || this.#at >= this.#tokens.length) return found;
    return refused('it has a form that is not supported');
  }

  #sign(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #word(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #conditional(): Evaluated {
    this.#depth += 1;
    if (this.#depth > DEEPEST) return refused('it is nested too deeply');
    const yes = this.#or();
    this.#depth -= 1;
    if (!this.#word('if')) return yes;
    const condition = this.#or();
    const no: Evaluated = this.#word('else') ? this.#conditional() : value('');
    if (condition.kind !== 'value') return condition;
    return isTruthy(condition.value) ? yes : no;
  }

  #or(): Evaluated {
    let left = this.#and();
    while (this.#word('or')) {
      const right = this.#and();
      if (left.kind === 'value' && isTruthy(left.value)) continue;
      left = left.kind === 'refused' ? left : right;
    }
    return left;
  }

  #and(): Evaluated {
    let left = this.#not();
    while (this.#word('and')) {
      const right = this.#not();
      if (left.kind === 'value' && isTruthy(left.value)) left = right;
    }
    return left;
  }

  #not(): Evaluated {
    let negate = false;
    while (this.#word('not')) negate = !negate;
    const found = this.#comparison();
    if (!negate || found.kind !== 'value') return found;
    return value(!isTruthy(found.value));
  }

  #comparison(): Evaluated {
    const left = this.#sum();
    if (this.#word('is')) return this.#test(left);
    const token = this.#tokens[this.#at];
    const operator = token?.kind === 'sign' ? token.text : '';
    if (['==', '!=', '<', '>', '<=', '>='].includes(operator)) {
      this.#at += 1;
      return both(left, this.#sum(), (a, b) => compare(a, b, operator));
    }
    const negate = token?.kind === 'name' && token.text === 'not';
    const next = this.#tokens[this.#at + 1];
    if (negate && !(next?.kind === 'name' && next.text === 'in')) return left;
    if (negate) this.#at += 1;
    if (!this.#word('in')) return left;
    return both(left, this.#sum(), (a, b) => {
      const found = contains(b, a);
      return found === undefined ? refused('`in` needs a list, a map or text') : value(found !== negate);
    });
  }

  #test(left: Evaluated): Evaluated {
    const negate = this.#word('not');
    if (left.kind === 'refused') return left;
    if (this.#word('defined')) return value((left.kind === 'value') !== negate);
    if (this.#word('undefined')) return value((left.kind !== 'value') !== negate);
    if (left.kind !== 'value') return left;
    if (this.#word('none')) return value((left.value === null) !== negate);
    return refused('it uses a test that is not supported');
  }

  #sum(): Evaluated {
    let left = this.#unary();
    for (;;) {
      const join = this.#sign('~');
      if (!join && !this.#sign('+')) return left;
      left = both(left, this.#unary(), (a, b) => add(a, b, join));
    }
  }

  #unary(): Evaluated {
    if (!this.#sign('-')) return this.#filtered();
    const found = this.#filtered();
    if (found.kind !== 'value') return found;
    return typeof found.value === 'number' ? value(-found.value) : refused('a minus before text');
  }

  #filtered(): Evaluated {
    let found = this.#suffixed();
    while (this.#sign('|')) {
      let name = '';
      do {
        const token = this.#tokens[this.#at];
        if (token?.kind !== 'name') return refused('a filter without a name');
        name += name === '' ? token.text : `.${token.text}`;
        this.#at += 1;
      } while (this.#sign('.'));
      const given = this.#sign('(') ? this.#arguments(')') : [];
      if (!isPlainList(given)) return given;
      found = filter(found, name, given);
    }
    return found;
  }

  #suffixed(): Evaluated {
    let found = this.#primary();
    for (;;) {
      if (this.#sign('.')) {
        const token = this.#tokens[this.#at];
        if (token?.kind !== 'name' && token?.kind !== 'number') return refused('a dot without a name');
        this.#at += 1;
        found = elementOf(found, token.kind === 'name' ? token.text : token.value);
      } else if (this.#sign('[')) {
        const key = this.#conditional();
        if (!this.#sign(']')) return refused('it takes a part of a value in a way that is not supported');
        if (key.kind !== 'value') return key;
        const plain = key.value;
        found =
          typeof plain === 'string' || typeof plain === 'number'
            ? elementOf(found, plain)
            : refused('an index that is no name');
      } else if (found.kind !== 'refused' && this.#sign('(')) {
        return refused('it calls a function, which only Ansible can');
      } else return found;
    }
  }

  #primary(): Evaluated {
    const token = this.#tokens[this.#at];
    if (!token) return refused('it ends too early');
    this.#at += 1;
    if (token.kind === 'text' || token.kind === 'number') return value(token.value);
    if (token.kind === 'sign') {
      if (token.text === '(') {
        const inside = this.#conditional();
        return this.#sign(')') ? inside : refused('a closing parenthesis is missing');
      }
      if (token.text !== '[') return refused('it has a form that is not supported');
      const items = this.#arguments(']');
      return isPlainList(items) ? value(items) : items;
    }
    if (token.text === 'true' || token.text === 'True') return value(true);
    if (token.text === 'false' || token.text === 'False') return value(false);
    if (token.text === 'none' || token.text === 'None') return value(null);
    if (/^(?:lookup|query|q)$/.test(token.text)) return refused('it looks something up at run time');
    if (FACTS.test(token.text))
      return refused(`\`${token.text.slice(0, 40)}\` is known to a running Ansible only`);
    return this.#lookup(token.text);
  }

  /** Values up to the closing sign. A name and `=` before one is ignored. */
  #arguments(close: string): readonly Plain[] | Evaluated {
    const given: Plain[] = [];
    if (this.#sign(close)) return given;
    for (;;) {
      const found = this.#conditional();
      if (found.kind === 'undefined') return refused(`\`${found.name}\` is not defined`);
      if (found.kind === 'refused') return found;
      given.push(found.value);
      if (this.#sign(close)) return given;
      if (!this.#sign(',')) return refused('it has a form that is not supported');
      if (this.#sign(close)) return given;
    }
  }
}

function filter(found: Evaluated, name: string, given: readonly Plain[]): Evaluated {
  if (found.kind === 'refused') return found;
  if (name === 'default' || name === 'd') {
    const [fallback = '', alsoFalse = false] = given;
    if (found.kind === 'undefined') return value(fallback);
    return alsoFalse === true && !isTruthy(found.value) ? value(fallback) : found;
  }
  if (found.kind === 'undefined') return found;
  const result = applyFilter(name, found.value, given);
  return 'refused' in result ? refused(result.refused) : value(result.value);
}

function both(a: Evaluated, b: Evaluated, join: (a: Plain, b: Plain) => Evaluated): Evaluated {
  if (a.kind !== 'value') return a;
  if (b.kind !== 'value') return b;
  return join(a.value, b.value);
}

function add(a: Plain, b: Plain, join: boolean): Evaluated {
  if (!join && typeof a === 'number' && typeof b === 'number') return value(a + b);
  if (!join && isPlainList(a) && isPlainList(b)) return value([...a, ...b]);
  const [left, right] = [asText(a), asText(b)];
  if (
    left === undefined ||
    right === undefined ||
    (!join && (typeof a !== 'string' || typeof b !== 'string'))
  ) {
    return refused('it adds values of different kinds');
  }
  return left.length + right.length > 65_536 ? refused('the result is too long') : value(left + right);
}

function compare(a: Plain, b: Plain, operator: string): Evaluated {
  if (operator === '==' || operator === '!=') {
    return value((JSON.stringify(a) === JSON.stringify(b)) === (operator === '=='));
  }
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string') || b === null) {
    return refused('it compares values of different kinds');
  }
  const order = a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0;
  return value(
    operator.startsWith('<')
      ? order < 0 || (operator === '<=' && order === 0)
      : order > 0 || (operator === '>=' && order === 0),
  );
}

function contains(where: Plain, what: Plain): boolean | undefined {
  if (isPlainList(where)) return where.some((item) => JSON.stringify(item) === JSON.stringify(what));
  if (isPlainMap(where)) return typeof what === 'string' && Object.hasOwn(where, what);
  return typeof where === 'string' && typeof what === 'string' ? where.includes(what) : undefined;
}

function elementOf(found: Evaluated, key: string | number): Evaluated {
  if (found.kind !== 'value') return found;
  const { value: held } = found;
  if (isPlainList(held) && typeof key === 'number') {
    const item = held.at(key);
    return item === undefined ? { kind: 'undefined', name: String(key) } : value(item);
  }
  if (isPlainMap(held) && Object.hasOwn(held, String(key))) return value(held[String(key)] ?? null);
  return { kind: 'undefined', name: String(key).slice(0, 60) };
}
