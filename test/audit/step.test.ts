import { describe, expect, it } from 'vitest';
import { auditStep } from '../../src/audit/step.ts';
import type { ShellCheck } from '../../src/engine/check.ts';
import { steps } from '../../src/steps/index.ts';
import { allInOne, threeControls } from '../steps/clouds.ts';

const checksOf = (context: ReturnType<typeof allInOne>) =>
  auditStep(steps)
    .checks(context)
    .filter((check): check is ShellCheck => check.via === 'shell');

describe('the audit as a step of verify', () => {
  it('looks at every host, without packages, and at databases and brokers of control hosts', () => {
    const checks = checksOf(threeControls());
    const of = (host: string) => checks.filter((check) => check.host === host).map(({ title }) => title);
    expect(of('compute1')).toEqual([
      'every listening socket is described',
      'the firewall has the rules of the definitions',
      'only those who need them read the files with secrets',
      'the certificates on the host are valid and its own',
      'no account of the host is without a password',
    ]);
    expect(of('control3')).toHaveLength(7);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(auditStep(steps).resources(threeControls())).toEqual([]);
  });

  it('fails with every sentence, and passes with a warning', () => {
    const [listeners] = checksOf(allInOne());
    const socket = (port: number) => `tcp LISTEN 0 1 0.0.0.0:${port} 0.0.0.0:* users:(("x",pid=1,fd=1))\n`;
    const judged = (stdout: string) => listeners?.judge({ exitCode: 0, stdout, stderr: '' });
    expect(judged(`${socket(22)}end\n`)).toMatchObject({ ok: true });
    expect(judged(`${socket(22)}${socket(9)}${socket(7)}end\n`)).toEqual({
      ok: false,
      sentence:
        'x listens on 0.0.0.0 port 9 tcp, which no definition names; x listens on 0.0.0.0 port 7 tcp, which no definition names',
    });
    const off = checksOf(allInOne('firewall: { enabled: false }\n'));
    const firewall = off.find(({ id }) => id.startsWith('audit-firewall'));
    expect(firewall?.judge({ exitCode: 0, stdout: 'end\n', stderr: '' })).toMatchObject({ ok: true });
  });
});
