import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { problem } from '../../src/errors/problem.ts';
import { DraftBuilder } from '../../src/formats/draft.ts';
import { renderDraft, toOriginal } from '../../src/formats/render.ts';
import type { DraftMap, DraftValue } from '../../src/formats/result.ts';

const origin = { kind: 'file', file: 'vars.yml', line: 7, column: 3 } as const;

test('parts stand in their usual order, with comments above', () => {
  const draft = new DraftBuilder()
    .set(['hosts', 'c1', 'roles'], ['control'])
    .set(['hosts', 'c1', 'address'], '10.0.0.1')
    .set(['cloud'], 'one', { comment: 'name\nsecond line' })
    .set(['networks', 'overlay'], null)
    .build();
  expect(renderDraft(draft).text).toBe(
    '# name\n# second line\ncloud: one\n\nnetworks:\n  overlay: null\n\nhosts:\n  c1:\n    address: 10.0.0.1\n    roles: [control]\n',
  );
});

test('a problem of the result is moved to the line the value came from', () => {
  const draft = new DraftBuilder()
    .set(['cloud'], 'x')
    .set(['networks', 'management', 'vip'], '10.0.0.9', { place: origin })
    .build();
  const rendered = renderDraft(draft);
  const line = rendered.text.split('\n').findIndex((item) => item.includes('vip')) + 1;
  const found = problem('CLOUD_ADDRESS_OUTSIDE', {
    place: { kind: 'file', file: 'cloud.yaml', line, column: 1 },
  });
  expect(toOriginal(found, rendered, draft).place).toEqual(origin);
  const above = problem('CLOUD_MISSING', {
    place: { kind: 'file', file: 'cloud.yaml', line: line - 1, column: 1 },
  });
  expect(toOriginal(above, rendered, draft).place).toEqual(origin);
});

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('yes', 'null', '0755', '1e3', '#x', '- a', 'a: b', '\ud800', '12:30', 'n'),
);
const value: fc.Arbitrary<DraftValue> = fc.letrec<{ value: DraftValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(scalar, { maxLength: 4 }),
    fc.array(fc.dictionary(fc.string({ minLength: 1 }), scalar, { maxKeys: 3 }), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value') as fc.Arbitrary<DraftValue>, { maxKeys: 4 }),
  ),
})).value;

test('what is written is read back the same, comments or not', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z][a-z_]{0,8}$/), value, { minKeys: 1, maxKeys: 5 }),
      fc.string(),
      (tree, comment) => {
        const draft = {
          tree: tree as DraftMap,
          places: new Map(),
          comments: new Map(Object.keys(tree).map((key) => [key, comment])),
        };
        const text = renderDraft(draft, comment).text;
        expect(JSON.stringify(parse(text, { uniqueKeys: true }))).toBe(JSON.stringify(tree));
      },
    ),
  );
});
