import type { Cloud, Host } from '../cloud/cloud.ts';
import type { Listener } from '../cloud/listeners.ts';
import type { HostFacts } from '../hosts/connection.ts';
import { type FirewallDesired, firewallKind } from '../infrastructure/firewall/kind.ts';
import { rulesOf } from '../infrastructure/firewall/rules.ts';
import { ruleset, TABLE } from '../infrastructure/firewall/ruleset.ts';
import { plain } from '../secrets/confidential.ts';
import { END, type Found, type Inspection, inspection } from './verdict.ts';

const CHAIN = '== chain';
const NEXT = 'Run cloudwright apply, which loads the rules of the description again.';

/** The rules that let something in are those that the definitions lead to, no fewer and no more. */
export function firewallInspection(
  cloud: Cloud,
  host: Host,
  listeners: readonly Listener[],
  own: HostFacts,
): Inspection {
  const text = ruleset(rulesOf(cloud, host, listeners, own));
  const desired: FirewallDesired = { ruleset: text };
  return inspection({
    topic: 'firewall',
    title: 'the firewall has the rules of the definitions',
    host,
    script: [
      plain(firewallKind.read([desired])),
      `echo '${CHAIN}'`,
      `nft --stateless list chain ${TABLE.family} ${TABLE.table} input`,
      `echo ${END}`,
    ].join('\n'),
    find(lines) {
      const begin = lines.indexOf(CHAIN);
      const live = lines.slice(begin + 1);
      const wanted = text.split('\n');
      const found = [...policyOf(live), ...differences(wanted, live)];
      const [state] = firewallKind.parse(lines.slice(0, begin).join('\n'), [desired]);
      const change = state && firewallKind.compare(desired, state, { touched: false });
      if (found.length === 0 && (change || !state))
        found.push({
          state: 'fail',
          what: 'the rules are not those that apply has loaded',
          next: NEXT,
        });
      return { found, else: `${accepting(live).length} rules let something in, all described` };
    },
  });
}

/** A cloud whose operator has switched the rules off. */
export function noFirewall(host: Host): Inspection {
  return inspection({
    topic: 'firewall',
    title: 'the firewall is the operator’s',
    host,
    script: `echo ${END}`,
    find: () => ({
      found: [
        {
          state: 'warning',
          what: 'the description leaves the firewall to you; only probes show whether the host is closed',
          next: 'Set firewall.enabled to true in the description, or compare your own rules with docs/security.md.',
        },
      ],
      else: '',
    }),
  });
}

function policyOf(live: readonly string[]): Found[] {
  if (accepting(live).length === 0) return [{ state: 'fail', what: 'no rules are loaded', next: NEXT }];
  return live.some((line) => /type filter hook input .*policy drop;/.test(line))
    ? []
    : [{ state: 'fail', what: 'what no rule names is not dropped', next: NEXT }];
}

const accepting = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.trim()).filter((line) => / ?\baccept\b/.test(line));

/** Rules by their comment; the first words of those without one, as nft prints the rest in a form of its own. */
function nameOf(line: string): string {
  return /comment "([^"]*)"/.exec(line)?.[1] ?? line.split(' ').slice(0, 2).join(' ');
}

function differences(wanted: readonly string[], live: readonly string[]): readonly Found[] {
  const left = counted(accepting(wanted));
  const found: Found[] = [];
  for (const line of accepting(live)) {
    const name = nameOf(line);
    const count = left.get(name) ?? 0;
    if (count > 0) left.set(name, count - 1);
    else
      found.push({
        state: 'fail',
        what: `a rule that no definition names lets something in: ${line}`,
        next: NEXT,
      });
  }
  // Without any rule, one finding says it all.
  if (accepting(live).length === 0) return found;
  for (const [name, count] of left)
    if (count > 0) found.push({ state: 'fail', what: `the rule for ${name} is not loaded`, next: NEXT });
  return found;
}

function counted(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(nameOf(line), (counts.get(nameOf(line)) ?? 0) + 1);
  return counts;
}
