import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignIndexes, hardwareAddress, LAB_NETWORKS, nodeAddresses } from '../../src/lab/networks.ts';

describe('the numbers of nodes', () => {
  it('follow the role, then the name', () => {
    const indexes = assignIndexes([
      { name: 'control1' },
      { name: 'control2' },
      { name: 'x', roles: ['compute'] },
      { name: 'storage1' },
      { name: 'other' },
    ]);
    expect([...indexes.values()]).toEqual([11, 12, 21, 31, 41]);
  });

  it('stay when nodes are added', () => {
    const before = assignIndexes([{ name: 'control2' }]);
    const after = assignIndexes([{ name: 'control1' }, { name: 'control2' }], before);
    expect(after.get('control2')).toBe(11);
    expect(after.get('control1')).toBe(12);
  });

  it('are never given twice, and run out with a message', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^(control|compute|storage|n)[0-9]{1,2}$/), {
      maxLength: 59,
    });
    fc.assert(
      fc.property(names, (list) => {
        const indexes = [...assignIndexes(list.map((name) => ({ name }))).values()];
        expect(new Set(indexes).size).toBe(list.length);
      }),
    );
    const controls = (count: number) =>
      Array.from({ length: count }, (_, position) => ({ name: `control${position}` }));
    expect([...assignIndexes(controls(11)).values()].slice(8)).toEqual([19, 41, 42]);
    expect(Math.max(...assignIndexes(controls(68)).values())).toBe(99);
    expect(() => assignIndexes(controls(69))).toThrow(/LAB_TOO_MANY_NODES/);
  });
});

it('gives each interface of each node a hardware address of its own', () => {
  const all = [11, 12, 21].flatMap((index) =>
    LAB_NETWORKS.map((_, network) => hardwareAddress(index, network)),
  );
  expect(new Set(all).size).toBe(15);
  expect(hardwareAddress(11, 2)).toBe('52:54:00:02:0b:01');
});

it('puts a node on all four addressed networks', () => {
  const prefixes = LAB_NETWORKS.flatMap((network) => network.prefix ?? []);
  expect(Object.values(nodeAddresses(21))).toEqual(prefixes.map((prefix) => `${prefix}.21`));
});
