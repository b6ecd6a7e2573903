import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf, unifiedDifference } from '../../src/resources/difference.ts';
import { AnnotatedText, Interpolated, MANAGED, renderIni } from '../../src/resources/ini.ts';
import { maskLine } from '../../src/resources/mask.ts';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import { osloText, osloValues } from './oslo.ts';

describe('renderIni', () => {
  test('DEFAULT first, repeated options, booleans, nothing for undefined', () => {
    const content = renderIni({
      api: { workers: 2, auth: true, none: undefined },
      DEFAULT: { debug: false, log: ['a', 'b'] },
      left: undefined,
    });
    expect(content).toBe(
      `# ${MANAGED}\n\n[DEFAULT]\ndebug = false\nlog = a\nlog = b\n\n[api]\nworkers = 2\nauth = true\n`,
    );
  });

  test('confidential as soon as one value is, with the rest readable', () => {
    const content = renderIni({ DEFAULT: { password: new Confidential('hunter2'), debug: true } });
    expect(String(content)).toBe(`# ${MANAGED}\n\n[DEFAULT]\npassword = ••••\ndebug = true\n`);
    expect(reveal(content)).toContain('password = hunter2\n');
  });

  test.each(['a\nb = c', 'a\rb', 'a\0', 'a\u2028b'])('a value with a line break is refused: %j', (value) => {
    for (const given of [value, new Confidential(value), [value], new Interpolated(value)]) {
      expect(() => renderIni({ api: { option: given } })).toThrow(/Option option of section \[api\]/);
    }
  });

  test('a reference to another option is kept only where it is asked for', () => {
    const content = String(renderIni({ DEFAULT: { a: new Interpolated('$b/x'), b: 'cost $5' } }));
    expect(content).toContain('a = $b/x\nb = cost $$5\n');
    expect(renderIni({ uwsgi: { a: '$(HOME)' } }, { syntax: 'plain' })).toContain('a = $(HOME)\n');
  });

  test('oslo.config reads back what was written', () => {
    fc.assert(
      fc.property(fc.array(osloText, { minLength: 1 }), (values) => {
        expect(osloValues(reveal(renderIni({ DEFAULT: { option: values } })))).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  test('origins are notes on lines, not text of the file', () => {
    const sections = { api: { workers: 2, hosts: ['a', 'b'] }, DEFAULT: { debug: true, log: 'x' } };
    const origins = { DEFAULT: { debug: 'cloud.yaml:41' }, api: { hosts: 'cloud.yaml:50' } };
    const annotated = renderIni(sections, { origins });
    expect(annotated).toBeInstanceOf(AnnotatedText);
    expect(annotated.content).toBe(renderIni(sections));
    const lines = reveal(annotated.content).split('\n');
    expect([...annotated.notes].map(([line, note]) => `${lines[line]}  (${note})`)).toEqual([
      'debug = true  (cloud.yaml:41)',
      'hosts = a  (cloud.yaml:50)',
      'hosts = b  (cloud.yaml:50)',
    ]);
  });
});

/** Applies a unified difference; the test's own reading of the format. */
function apply(before: readonly string[], difference: string): string[] {
  const result: string[] = [];
  let position = 0;
  for (const line of difference === '' ? [] : difference.split('\n')) {
    const head = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(line);
    if (head) {
      while (position < Number(head[1]) - 1) result.push(before[position++] ?? '');
      continue;
    }
    if (line.startsWith('+')) result.push(line.slice(1));
    else {
      expect(before[position]).toBe(line.slice(1));
      if (line.startsWith(' ')) result.push(line.slice(1));
      position++;
    }
  }
  return [...result, ...before.slice(position)];
}

describe('unifiedDifference', () => {
  const content = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 25 });

  test('leads from one to the other', () => {
    fc.assert(
      fc.property(content, content, (before, after) => {
        const text = (all: string[]): string => all.map((line) => `${line}\n`).join('');
        const difference = unifiedDifference(linesOf(text(before)), linesOf(text(after)));
        expect(apply(before, difference)).toEqual(after);
        if (before.join('\n') === after.join('\n') && before.length === after.length)
          expect(difference).toBe('');
      }),
    );
  });

  test('a missing final newline shows', () => {
    expect(unifiedDifference(linesOf('a\n'), linesOf('a'))).toBe(
      '@@ -1,1 +1,2 @@\n-a\n+a\n+\\ No newline at end of file',
    );
  });

  // The shortest difference of such files would take seconds to find.
  test('a large file with very many changes is replaced as a whole', () => {
    const many = (letter: string): string =>
      `same\n${Array.from({ length: 5000 }, (_, n) => `${letter}${n}\n`).join('')}`;
    const lines = unifiedDifference(linesOf(many('a')), linesOf(many('b'))).split('\n');
    expect(lines.slice(0, 3)).toEqual(['@@ -1,5001 +1,5001 @@', '-same', '-a0']);
    expect(lines.slice(5001, 5003)).toEqual(['-a4999', '+same']);
    expect(lines).toHaveLength(10_003);
  });

  test('a large file with few changes is shown with those alone', () => {
    const many = (value: string): string =>
      Array.from({ length: 50_000 }, (_, n) => (n === 40_000 ? `${value}\n` : `line ${n}\n`)).join('');
    const difference = unifiedDifference(linesOf(many('old')), linesOf(many('new')));
    expect(difference).toMatch(/^@@ -39999,5 \+39999,5 @@\n line 39998\n line 39999\n-old\n\+new\n/);
  });
});

describe('maskLine', () => {
  test.each([
    ['password = hunter2', 'password = ••••'],
    ['  admin_password: "hunter2"', '  admin_password: ••••'],
    ['secret_key = hunter2', 'secret_key = ••••'],
    ["SECRET_KEY = 'hunter2'", 'SECRET_KEY = ••••'],
    ['key = hunter2', 'key = ••••'],
    ['\tauth_pass hunter2', '\tauth_pass ••••'],
    ['export OS_PASSWORD=hunter2', 'export OS_PASSWORD=••••'],
    [
      'connection = mysql+pymysql://nova:hunter2@10.0.0.1/nova?charset=utf8',
      'connection = mysql+pymysql://nova:••••@10.0.0.1/nova?charset=utf8',
    ],
    ['url = rabbit://a:hunter2@h1:5672,a:x@h2/', 'url = rabbit://a:••••@h1:5672,a:x@h2/'],
    ['  stats auth admin:hunter2', '  stats auth admin:••••'],
    ['auth_token=hunter2', 'auth_token=••••'],
  ])('%s', (line, shown) => {
    expect(maskLine(line)).not.toContain('hunter2');
    if (!line.includes(',a:x')) expect(maskLine(line)).toBe(shown);
  });

  // 16,000 letters took three seconds, and a host chooses what its files hold.
  test('masks a very long line whole', () => {
    expect(maskLine(`${'a-'.repeat(40_000)} password = hunter2`)).toBe('••••');
    expect(maskLine(`${'a'.repeat(1_900)} = b`)).toBe(`${'a'.repeat(1_900)} = b`);
  });

  test.each([
    'debug = true',
    'workers = 4',
    '# a comment',
    'bind_host = 10.0.0.1',
    'www_authenticate_uri = http://a/',
  ])('leaves %s', (line) => expect(maskLine(line)).toBe(line));
});
