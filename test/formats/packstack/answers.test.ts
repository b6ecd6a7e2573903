import { describe, expect, it } from 'vitest';
import { looksSecret, readAnswers } from '../../../src/formats/packstack/answers.ts';

function pairs(text: string): readonly (readonly [string, string])[] {
  return readAnswers(text, 'answers.txt').answers.map(({ key, value }) => [key, value] as const);
}

describe('readAnswers', () => {
  it('reads as an INI parser does: both delimiters, comments, any case, no interpolation', () => {
    const text =
      '# one\n; two\n[general]\nCONFIG_A=1\nconfig_b : 2\nCONFIG_C = %(x)s %{::y} # not a comment\nCONFIG_D=\n';
    expect(pairs(text)).toEqual([
      ['CONFIG_A', '1'],
      ['CONFIG_B', '2'],
      ['CONFIG_C', '%(x)s %{::y} # not a comment'],
      ['CONFIG_D', ''],
    ]);
  });

  it('reads CRLF, CR, a byte order mark, tabs and Korean comments', () => {
    const text = '\ufeff[general]\r\n# 한국어 주석\r\nCONFIG_A\t=\t1\r\rCONFIG_B=2';
    expect(pairs(text)).toEqual([
      ['CONFIG_A', '1'],
      ['CONFIG_B', '2'],
    ]);
  });

  it('joins indented lines to the answer above, but not a line that is an answer itself', () => {
    const { answers } = readAnswers('[general]\nCONFIG_A=1,\n  2\n\tCONFIG_B=3\n', 'f');
    expect(answers.map(({ value, oddity }) => [value, oddity])).toEqual([
      ['1,\n2', undefined],
      ['3', 'indented'],
    ]);
  });

  it('knows places: line, column and length of key and value', () => {
    const [answer] = readAnswers('[general]\n\nCONFIG_REPO =  abc  \n', 'f').answers;
    expect(answer?.place).toEqual({
      kind: 'file',
      file: 'f',
      line: 3,
      column: 1,
      length: 11,
      text: 'CONFIG_REPO =  abc  ',
    });
    expect(answer?.valuePlace).toMatchObject({ line: 3, column: 16, length: 3 });
  });

  it('leaves the text of lines with secrets out of their places', () => {
    for (const key of [
      'CONFIG_KEYSTONE_ADMIN_PW',
      'CONFIG_DEFAULT_PASSWORD',
      'CONFIG_HORIZON_SECRET_KEY',
      'CONFIG_SWIFT_HASH',
      'CONFIG_RH_PROXY',
    ]) {
      expect(looksSecret(key), key).toBe(true);
      expect(readAnswers(`[general]\n${key}=geheim\n`, 'f').answers[0]?.place.text).toBeUndefined();
    }
    expect(looksSecret('CONFIG_CONTROLLER_HOST')).toBe(false);
  });

  it('hides lines of unknown keys and of addresses with a password', () => {
    const { answers } = readAnswers(
      '[general]\nCONFIG_MARIADB_W=geheim\nCONFIG_REPO=http://me:geheim@mirror/\n',
      'f',
    );
    expect(JSON.stringify(answers.map(({ place, valuePlace }) => [place, valuePlace]))).not.toContain(
      'geheim',
    );
  });

  it('parts answers that a lost line end has run together', () => {
    const { answers } = readAnswers(
      '[general]\nCONFIG_DEBUG_MODE=nCONFIG_MARIADB_PW=geheimCONFIG_REPO=x\n',
      'f',
    );
    expect(answers.map(({ key, value, oddity }) => [key, value, oddity])).toEqual([
      ['CONFIG_DEBUG_MODE', 'n', 'joined'],
      ['CONFIG_MARIADB_PW', 'geheim', 'joined'],
      ['CONFIG_REPO', 'x', 'joined'],
    ]);
    expect(answers[1]?.place).toEqual({ kind: 'file', file: 'f', line: 2, column: 20, length: 17 });
    expect(answers[1]?.valuePlace).toMatchObject({ column: 38, length: 6 });
  });

  it('keeps lines it cannot read and reads on', () => {
    const { answers, unread } = readAnswers('[general\nnonsense\n=5\n[general]\nCONFIG_A=1\n', 'f');
    expect(answers).toHaveLength(1);
    expect(unread.map(({ fault, place }) => [fault, place.line])).toEqual([
      ['bad-section', 1],
      ['no-delimiter', 2],
      ['no-key', 3],
    ]);
    expect(readAnswers(`A=${'x'.repeat(30_000)}`, 'f').unread[0]?.fault).toBe('too-long');
  });

  it('strips quotes and says so', () => {
    expect(readAnswers('[general]\nCONFIG_A="y"\n', 'f').answers[0]).toMatchObject({
      value: 'y',
      oddity: 'quoted',
    });
  });
});
