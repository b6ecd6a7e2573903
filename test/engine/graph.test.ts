import fc from 'fast-check';
import { expect, it } from 'vitest';
import { order, orderResources, orderSteps } from '../../src/engine/graph.ts';
import { type Resource, resource } from '../../src/engine/resource.ts';
import { toyFile, toyStep } from './toys.ts';

it('puts every node after what it needs, whatever the graph, or shows a circle that is one', () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }),
    }),
  );
  fc.assert(
    fc.property(graph, ({ size, edges }) => {
      const nodes = Array.from({ length: size }, (_, index) => `n${index}`);
      const before = (node: string) =>
        edges.filter(([to]) => `n${to}` === node).map(([, from]) => `n${from}`);
      const sorted = order(nodes, before);
      if ('circle' in sorted) {
        const { circle } = sorted;
        expect(circle.at(0)).toBe(circle.at(-1));
        for (const [index, node] of circle.slice(0, -1).entries()) {
          expect(before(node)).toContain(circle[index + 1]);
        }
        return;
      }
      expect([...sorted.order].sort()).toEqual([...nodes].sort());
      for (const node of nodes) {
        for (const other of before(node)) {
          expect(sorted.order.indexOf(other)).toBeLessThan(sorted.order.indexOf(node));
        }
      }
    }),
  );
});

it('keeps the given order where no edge says otherwise', () => {
  expect(order(['c', 'a', 'b'], (node) => (node === 'c' ? ['b'] : []))).toEqual({ order: ['b', 'c', 'a'] });
});

it('names the circle of steps, and a need that does not exist with the nearest', () => {
  const circle = [toyStep('a', [], { needs: ['b'] }), toyStep('b', [], { needs: ['a'] })];
  expect(() => orderSteps(circle)).toThrow('a → b → a');
  expect(() => orderSteps([toyStep('image', [], { needs: ['identiy'] }), toyStep('identity', [])])).toThrow(
    /STEP_UNKNOWN/,
  );
});

it('names the circle of resources, an edge to nowhere and a double', () => {
  const one = (name: string, after: string[]) =>
    resource(toyFile, 'h', name, { path: name, content: '' }, { after });
  const ordered = (list: Resource[]) => orderResources([{ name: 's', needs: [] }], new Map([['s', list]]));
  expect(() => ordered([one('a', ['h/file:b']), one('b', ['h/file:a'])])).toThrow(
    'h/file:a → h/file:b → h/file:a',
  );
  expect(() => ordered([one('a', ['h/file:x'])])).toThrow(/RESOURCE_UNKNOWN/);
  const double = new Map([
    ['s', [one('a', [])]],
    ['t', [one('a', [])]],
  ]);
  expect(() =>
    orderResources(
      [
        { name: 's', needs: [] },
        { name: 't', needs: [] },
      ],
      double,
    ),
  ).toThrow('step s and in step t');
});
