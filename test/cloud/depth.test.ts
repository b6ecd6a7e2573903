import { describe, expect, it, test } from 'vitest';
import { isDeep } from '../../src/cloud/depth.ts';
import { parseDescription } from '../../src/cloud/read.ts';

const place = { file: 'cloud.yaml', folder: '/srv/cloud', home: '/root' };

describe('isDeep', () => {
  it.each([
    ['brackets', '['.repeat(201)],
    ['braces', '{a: '.repeat(201)],
    ['brackets over several lines', `a:\n${'  [\n'.repeat(201)}`],
    ['list marks on one line', '- '.repeat(61)],
    ['indentation', `${' '.repeat(1001)}a: 1`],
  ])('sees %s', (_name, text) => {
    expect(isDeep(text.split('\n'))).toBe(true);
  });

  it.each([
    ['a long line of flat lists', '[1, 2], '.repeat(10_000)],
    ['many keys with a bracket in quotes each', 'key: "["\n'.repeat(1000)],
    ['comments', `# ${'['.repeat(1000)}`],
    ['an ordinary list of lists', '- [1, [2, [3]]]\n'.repeat(500)],
  ])('lets %s pass', (_name, text) => {
    expect(isDeep(text.split('\n'))).toBe(false);
  });
});

// Without the look beforehand, each of these keeps the YAML library busy for minutes or ends its stack.
test.each(['['.repeat(300_000), '{a: '.repeat(100_000), '- '.repeat(300_000), `${' '.repeat(100_000)}a: 1`])(
  'a description of absurd depth is refused with one error (%#)',
  (text) => {
    const { cloud, problems } = parseDescription(text, place);
    expect(cloud).toBeUndefined();
    expect(problems.map((found) => found.code)).toEqual(['CLOUD_YAML_SYNTAX']);
    expect(problems[0]?.why ?? '').not.toBe('');
    expect(problems[0]?.what).toContain('nested too deeply');
  },
);
