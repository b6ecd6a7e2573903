import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkLabName,
  checkNodeNames,
  checkSnapshotName,
  controlGroup,
  fabricInterface,
  labDirectory,
  labPaths,
  namespacePrefix,
  nodeNamespace,
  proxyControlGroup,
} from '../../src/lab/names.ts';

describe('names', () => {
  it('refuses names that are ambiguous or would leave the folder', () => {
    for (const name of ['', 'Lab', 'a-b', '../x', 'base', 'cache', 'layers', '1lab', 'averylongname']) {
      expect(() => checkLabName(name), name).toThrow(/LAB_NAME_INVALID/);
    }
    checkLabName('trial2');
    for (const names of [['fabric'], ['making'], ['a', 'a'], ['a_b'], ['-a'], ['a-'], ['A'], ['']]) {
      expect(() => checkNodeNames(names), names.join()).toThrow(/LAB_NODE_NAME_INVALID/);
    }
    checkNodeNames(['control1', 'compute-2', 'n']);
    for (const name of ['', '.', '..', 'a/b', '-x']) {
      expect(() => checkSnapshotName(name), name).toThrow(/LAB_SNAPSHOT_NAME_INVALID/);
    }
  });

  it("keeps every lab's namespaces and groups apart from every other lab's", () => {
    const lab = fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/);
    const node = fc.stringMatching(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/);
    fc.assert(
      fc.property(lab, lab, node, (one, other, name) => {
        fc.pre(one !== other);
        expect(nodeNamespace(one, name).startsWith(namespacePrefix(other))).toBe(false);
        expect(controlGroup(one, name).startsWith(controlGroup(other, ''))).toBe(false);
        expect(proxyControlGroup(`/srv/${name}`).startsWith(controlGroup(one, ''))).toBe(false);
      }),
    );
  });

  it('keeps interface names within 15 characters', () => {
    for (let index = 11; index < 50; index++)
      expect(fabricInterface(index, 4).length).toBeLessThanOrEqual(15);
  });

  it('takes the folder from the environment', () => {
    expect(labDirectory({ CLOUDWRIGHT_LAB_DIRECTORY: '/srv/lab' })).toBe('/srv/lab');
    expect(labDirectory({})).toBe('/var/lib/cloudwright/lab');
    expect(labPaths({ name: 'one', directory: '/srv/lab' }).sshConfig).toBe('/srv/lab/one/ssh_config');
  });
});
