import { describe, expect, it } from 'vitest';
import type { AuditReport } from '../../../src/app/audit.ts';
import type { Verdict } from '../../../src/app/contracts.ts';
import { waitFor } from '../../../src/system/wait.ts';
import { type CliResult, dataOf } from './cli.ts';
import { listeners, type OnNode, printed } from './node.ts';

const STRAY = 'e2e-stray';
const PORT = 8888;
/** In which the trial's node has addresses. */
const NETWORKS = ['management', 'overlay'];
const SECRET = '/etc/nova/nova.conf';

/** An audit of an all-in-one cloud on `control1`: passes, names what was opened by hand, and passes again. */
export function audit(
  on: OnNode,
  command: (...words: readonly string[]) => Promise<CliResult>,
  apply: () => Promise<readonly string[]>,
): void {
  const verdictsOf = ({ stdout }: CliResult): readonly Verdict[] => dataOf<AuditReport>(stdout).verdicts;
  const failures = (run: CliResult): readonly string[] =>
    verdictsOf(run).flatMap(({ state, where, what }) => (state === 'fail' ? [`${where}: ${what}`] : []));

  describe('an audit', () => {
    it('passes on the deployed cloud, which answers nothing from the overlay network', async () => {
      const run = await command('audit', '--quick');
      expect(run.code, JSON.stringify(failures(run), undefined, 2)).toBe(0);
      const passed = verdictsOf(run).filter(({ state }) => state === 'pass');
      for (const topic of ['listeners', 'firewall', 'files', 'certificates', 'accounts'] as const)
        expect(passed.map((one) => one.topic)).toContain(topic);
      const reached = passed
        .filter(({ topic }) => topic === 'reach')
        .map(({ where, what }) => `${where}: ${what}`);
      for (const network of NETWORKS)
        expect(reached).toContainEqual(
          expect.stringMatching(new RegExp(`^outside: .* in the ${network} network: `)),
        );
      expect(reached).toContainEqual(expect.stringMatching(/overlay network: [1-9]\d+ ports tried, 0 open/));
      expect(reached).toContainEqual(expect.stringMatching(/management network: \d+ ports tried, [1-9]/));
    });

    it('names a stray listener, a readable secret, a rule that is missing and one too many', async () => {
      await printed(on, `systemd-run --quiet --unit ${STRAY} python3 -m http.server ${PORT}`);
      await waitFor(
        'the stray listener',
        async () => (await listeners(on)).some(({ port }) => port === PORT),
        30,
      );
      await printed(on, `chmod o+r ${SECRET}`);
      const handle = `nft -a list chain inet cloudwright input | sed -n 's/.*"statistics of haproxy" # handle //p'`;
      await printed(on, `nft delete rule inet cloudwright input handle "$(${handle})"`);
      await printed(on, `nft insert rule inet cloudwright input tcp dport ${PORT} accept`);

      const run = await command('audit', '--quick');
      expect(run.code).toBe(1);
      const found = failures(run);
      expect(found).toEqual(
        expect.arrayContaining([
          `control1: python3 listens on 0.0.0.0 port ${PORT} tcp, which no definition names`,
          `control1: ${SECRET} holds secrets and has mode 644 instead of 0640`,
          'control1: the rule for statistics of haproxy is not loaded',
          `control1: a rule that no definition names lets something in: tcp dport ${PORT} accept`,
          expect.stringMatching(
            /^outside: does not reach the virtual address \(management, .*\) at port 1984,/,
          ),
        ]),
      );
      for (const network of NETWORKS)
        expect(found).toContainEqual(
          expect.stringMatching(
            new RegExp(`^outside: reaches control1 \\(${network}, .*\\) at port ${PORT},`),
          ),
        );

      await printed(on, `systemctl stop ${STRAY}; chmod o-r ${SECRET}`);
      expect(await apply()).toEqual(['control1/firewall:rules']);
      const again = await command('audit', '--quick');
      expect(again.code, JSON.stringify(failures(again), undefined, 2)).toBe(0);
    });
  });
}
