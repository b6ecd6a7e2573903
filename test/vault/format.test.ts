import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloudwrightError } from '../../src/errors/problem.ts';
import { decryptVault, encryptVault, labelOf } from '../../src/vault/format.ts';

// Both were written by ansible-vault (ansible-core 2.14).
const PLAIN = `$ANSIBLE_VAULT;1.1;AES256
63393564653431396334366637346437323661396638623137396638666562353839373463643664
3830373932613936323037613839633263616238396464630a383465353136393366343734393232
61613939646664373264626438316436653165343562353832313439393963643630623262343232
6431633931363135630a653635303939393638653431623965623464336439306466333238666132
38623630353233383035323262313636396266613132653962363835346461363732373161643233
30663465633931346636636564346533623663383037323139616335333266353930316139626533
313765313235643366396565343335666134
`;
const LABELLED = `$ANSIBLE_VAULT;1.2;AES256;prod
32396533653631376637313261373061623837343638663263326130663639613264363762653539
6362343066333061306132363539313965333134633266650a376238336138653664326562393130
30633534663265356536363662383535363933653864613330646635626666623631333664643233
6538656566623532320a663137353031646566636166623565363465363863663465313738383364
30343666323437383235343531343934656135333465383230616336373836353432
`;

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof CloudwrightError) return error.problems[0]?.code;
    throw error;
  }
}

describe('decryptVault', () => {
  it('reads what ansible-vault wrote, with and without a label', () => {
    expect(decryptVault(PLAIN, 'correct horse battery staple', 'vault.yml')).toBe(
      'admin_password: "Sixteen.chars-ok"\n# kept\nother: 1\n',
    );
    expect(decryptVault(LABELLED, 'pässwörd 비밀', 'vault.yml')).toBe('unicode: "안녕 ü"\n');
    expect(labelOf(LABELLED)).toBe('prod');
    expect(labelOf(PLAIN)).toBeUndefined();
  });

  it('refuses a wrong password and every altered byte of the body', () => {
    expect(codeOf(() => decryptVault(PLAIN, 'wrong', 'vault.yml'))).toBe('VAULT_PASSWORD_WRONG');
    const envelope = encryptVault('a: b\n', 'word');
    const start = envelope.indexOf('\n') + 1;
    for (let at = start; at < envelope.length - 1; at += 29) {
      if (envelope[at] === '\n') continue;
      const other = envelope[at] === '3' ? '4' : '3';
      const altered = envelope.slice(0, at) + other + envelope.slice(at + 1);
      expect(['VAULT_PASSWORD_WRONG', 'VAULT_FORMAT']).toContain(
        codeOf(() => decryptVault(altered, 'word', 'v')),
      );
    }
  });

  it('says that something else is not a vault', () => {
    const body = PLAIN.split('\n').slice(1).join('\n');
    for (const text of [
      '',
      'a: b\n',
      '$ANSIBLE_VAULT;1.0;AES\n6339',
      '$ANSIBLE_VAULT;1.1;AES256\n',
      '$ANSIBLE_VAULT;1.1;AES256\nxyz\n',
      body,
    ]) {
      expect(codeOf(() => decryptVault(text, 'word', 'v'))).toBe('VAULT_FORMAT');
    }
  });
});

describe('encryptVault', () => {
  it('writes what it reads, any text, any password', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (text, password) => {
          expect(decryptVault(encryptVault(text, password), password, 'v')).toBe(
            Buffer.from(text).toString(),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('never writes the same twice, and keeps lines to 80 digits', () => {
    const [one, two] = [
      encryptVault('x'.repeat(500), 'word'),
      encryptVault('x'.repeat(500), 'word', { label: 'prod' }),
    ];
    expect(one.split('\n')[1]).not.toBe(two.split('\n')[1]);
    expect(two.startsWith('$ANSIBLE_VAULT;1.2;AES256;prod\n')).toBe(true);
    for (const row of one.trimEnd().split('\n').slice(1)) expect(row).toMatch(/^[0-9a-f]{1,80}$/);
    expect(codeOf(() => encryptVault('x', ''))).toBe('VAULT_PASSWORD_EMPTY');
  });
});
