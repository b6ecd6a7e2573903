// @ts-expect-error the package has no types
import shell from 'mvdan-sh';

interface Position {
  Line(): number;
}

interface Node {
  /** Of an assignment it is a word. */
  readonly Value?: unknown;
  readonly Args?: readonly Node[];
  readonly Parts?: readonly Node[];
  readonly Word?: Node | null;
  readonly Hdoc?: Node | null;
  Pos(): Position;
}

interface Parser {
  Parse(source: string, name: string): Node;
}

interface Syntax {
  readonly LangPOSIX: number;
  NewParser(...options: unknown[]): Parser;
  Variant(language: number): unknown;
  Walk(node: Node, visit: (node: Node | null) => boolean): void;
  NodeType(node: Node): string;
}

/** A parser of the shell's language (mvdan.cc/sh), which has no types of its own. */
const { syntax } = shell as { readonly syntax: Syntax };

const typeOf = (node: Node): string => syntax.NodeType(node);

/** The programs that a call hands to another shell: `sh -c '…'`, `eval '…'`. */
function nested(call: Node): readonly string[] {
  const words = (call.Args ?? []).map((word) => word.Parts ?? []);
  const text = (parts: readonly Node[]): string => parts.map((part) => String(part.Value ?? '')).join('');
  const from = words.findIndex((parts) => ['-c', 'eval'].includes(text(parts)));
  const [program] = from < 0 ? [] : words.slice(from + 1);
  return program?.length === 1 && program[0] && typeOf(program[0]) === 'SglQuoted' ? [text(program)] : [];
}

/**
 * The lines of a shell program in which `marker` stands where the shell would read more than one plain word out of it:
 * outside single quotes and outside the body of a here-document with a quoted end. Programs for another shell are
 * looked through as well. Throws where the program is not shell at all, such as after a quote that was never closed.
 */
export function unquotedLines(program: string, marker: string): readonly string[] {
  const found: string[] = [];
  const lines = program.split('\n');
  const above: Node[] = [];
  const file = parse(program);
  syntax.Walk(file, (node) => {
    if (node === null) {
      above.pop();
      return true;
    }
    const redirect = above.at(-2);
    above.push(node);
    if (typeOf(node) === 'CallExpr')
      found.push(
        ...nested(node).flatMap((inner) => (inner.includes(marker) ? unquotedLines(inner, marker) : [])),
      );
    if (typeOf(node) === 'SglQuoted' || typeof node.Value !== 'string' || !node.Value.includes(marker))
      return true;
    // The quotes of a here-document's end decide how its body is read.
    const quotedBody =
      redirect !== undefined && typeOf(redirect) === 'Redirect' && redirect.Hdoc && endQuoted(redirect);
    if (!quotedBody) found.push(lines[node.Pos().Line() - 1] ?? '');
    return true;
  });
  return found;
}

function parse(program: string): Node {
  try {
    return syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(program, 'program');
  } catch (error) {
    throw new Error(`this is not shell: ${String((error as { Text?: unknown }).Text)}\n${program}`);
  }
}

function endQuoted(redirect: Node): boolean {
  return (redirect.Word?.Parts ?? []).some((part) => typeOf(part) === 'SglQuoted');
}
