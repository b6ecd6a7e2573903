import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { firewallInspection, noFirewall } from '../../src/audit/firewall.ts';
import { factsOf } from '../../src/cloud/reached.ts';
import { rulesOf } from '../../src/infrastructure/firewall/rules.ts';
import { ruleset } from '../../src/infrastructure/firewall/ruleset.ts';
import { listenersOf } from '../../src/steps/listeners.ts';
import { threeControls } from '../steps/clouds.ts';
import { hostOf, look, said } from './look.ts';

const context = threeControls();
const { cloud } = context;
const host = hostOf(context, 'control1');
const own = factsOf(context.facts, host.name);
const text = ruleset(rulesOf(cloud, host, listenersOf(cloud), own));
const inspection = firewallInspection(cloud, host, listenersOf(cloud), own);

/** What the kernel has, in the form of nft. */
const chain = text
  .slice(text.indexOf('  chain input'))
  .replace('established,related', '{ established, related }');

function lookAt(live: string, { kept = text, confirmed = 'a', loaded = 'a' } = {}) {
  const digest = (word: string) => createHash('sha256').update(word).digest('hex');
  return look(inspection, [
    `kept=${Buffer.from(kept).toString('base64')}`,
    `confirmed=${digest(confirmed)}`,
    `loaded=${digest(loaded)}`,
    '== chain',
    ...live.split('\n'),
  ]);
}

describe('the rules of a host', () => {
  it('are well as the definitions lead to them', () => {
    const verdicts = lookAt(chain);
    expect(verdicts).toMatchObject([{ state: 'pass', topic: 'firewall', where: 'control1' }]);
    expect(verdicts[0]?.what).toMatch(/^\d\d+ rules let something in/);
  });

  it('fail by name where one is missing', () => {
    const without = chain
      .split('\n')
      .filter((line) => !line.includes('comment "database"'))
      .join('\n');
    expect(said(lookAt(without, { loaded: 'b' }), 'fail')).toEqual(['the rule for database is not loaded']);
  });

  it('fail where one of two with the same name is missing', () => {
    const lines = chain.split('\n');
    const first = lines.findIndex((line) => line.includes('comment "Galera"'));
    const without = lines.filter((_, index) => index !== first).join('\n');
    expect(said(lookAt(without, { loaded: 'b' }), 'fail')).toEqual(['the rule for Galera is not loaded']);
  });

  it('fail with the rule that no definition names', () => {
    for (const rule of ['accept', 'tcp dport 8888 accept', 'tcp dport 9 accept comment "mine"'])
      expect(said(lookAt(`${rule}\n${chain}`, { loaded: 'b' }), 'fail')).toEqual([
        `a rule that no definition names lets something in: ${rule}`,
      ]);
  });

  it('fail where they are others under the same names, or were never confirmed', () => {
    expect(said(lookAt(chain, { loaded: 'b' }), 'fail')).toEqual([
      'the rules are not those that apply has loaded',
    ]);
    expect(said(lookAt(chain, { kept: '' }), 'fail')).toHaveLength(1);
  });

  it('fail where nothing is loaded, and where the rest is not dropped', () => {
    expect(said(lookAt(''), 'fail')).toEqual(['no rules are loaded']);
    expect(said(lookAt(chain.replace('policy drop', 'policy accept')), 'fail')).toContain(
      'what no rule names is not dropped',
    );
  });

  it('are the operator’s where the description says so, with a warning', () => {
    expect(look(noFirewall(host), [])).toMatchObject([{ state: 'warning', next: expect.any(String) }]);
  });
});
