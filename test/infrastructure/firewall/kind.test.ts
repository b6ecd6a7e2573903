import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { firewallKind, KEPT } from '../../../src/infrastructure/firewall/kind.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';

const folder = scratch();
let hosts = 0;

/** A host whose kernel has the ruleset in a file; its timer is a file too. */
function host(loaded?: string) {
  hosts += 1;
  const place = `${folder}/host${hosts}`;
  mkdirSync(place, { recursive: true });
  if (loaded !== undefined) writeFileSync(`${place}/kernel`, loaded);
  const tools = rehearsal(place, {
    nft: `case "$1 $2" in
  '--stateless list') cat ${place}/kernel 2>/dev/null || exit 1 ;;
  'list table') [ -e ${place}/kernel ] ;;
  '--check --file') grep -q table "$3" ;;
  '--file '*) cp "$2" ${place}/kernel ;;
  'delete table') rm ${place}/kernel ;;
  *) unexpected "$@" ;;
esac`,
    systemctl: `case $1 in stop | reset-failed) rm -f ${place}/timer ;; *) unexpected "$@" ;; esac`,
    'systemd-run': `for last; do :; done; echo "$last" >${place}/timer`,
  });
  const desired = { ruleset: 'table inet cloudwright {}\n' };
  const state = () => {
    const { stdout } = tools.run(firewallKind.read([desired]));
    const [read] = firewallKind.parse(stdout, [desired]);
    if (!read) throw new Error('no state');
    return read;
  };
  return {
    place,
    tools,
    state,
    change: (wanted: typeof desired | { absent: true } = desired) =>
      firewallKind.compare(wanted, state(), { touched: false }),
    file: (path: string) => `${place}${path}`,
    desired,
  };
}

describe('the firewall of a host', () => {
  it('is loaded with a timer that takes it back, and kept when it is confirmed', () => {
    const one = host();
    const change = one.change();
    expect(change?.summary).toBe('load the firewall rules');
    expect(change?.confirm?.revertSeconds).toBe(90);
    expect(one.tools.run(change?.script ?? '')).toMatchObject({ code: 0, stderr: '' });
    const calls = one.tools.calls();
    const timer = calls.findIndex((call) => call.startsWith('systemd-run'));
    expect(timer).toBeLessThan(calls.findIndex((call) => call.startsWith('nft --file')));
    expect(existsSync(one.file(KEPT))).toBe(false);
    expect(one.tools.run(change?.confirm?.script ?? '')).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(`${one.place}/timer`)).toBe(false);
    expect(readFileSync(one.file(KEPT), 'utf8')).toBe(one.desired.ruleset);
    expect(one.change()).toBeUndefined();
  });

  it('goes back to what was kept before, or to nothing, when the time runs out', () => {
    const one = host();
    one.tools.run(one.change()?.script ?? '');
    one.tools.run(`/bin/sh ${readFileSync(`${one.place}/timer`, 'utf8').trim()}`);
    expect(existsSync(`${one.place}/kernel`)).toBe(false);
    const late = one.change();
    expect(late).toBeDefined();

    one.tools.run(late?.script ?? '');
    one.tools.run(late?.confirm?.script ?? '');
    const other = { ruleset: 'table inet cloudwright { }\n' };
    const next = one.change(other);
    expect(next?.summary).toBe('change the firewall rules');
    expect(next?.difference).toContain('+table inet cloudwright { }');
    one.tools.run(next?.script ?? '');
    expect(readFileSync(`${one.place}/kernel`, 'utf8')).toBe(other.ruleset);
    one.tools.run(`/bin/sh ${readFileSync(`${one.place}/timer`, 'utf8').trim()}`);
    expect(readFileSync(`${one.place}/kernel`, 'utf8')).toBe(one.desired.ruleset);
  });

  it('is not confirmed when the time has run out', () => {
    const one = host();
    const change = one.change();
    one.tools.run(change?.script ?? '');
    one.tools.run(`/bin/sh ${readFileSync(`${one.place}/timer`, 'utf8').trim()}`);
    const answer = one.tools.run(change?.confirm?.script ?? '');
    expect(answer.code).not.toBe(0);
    expect(answer.stderr).toContain('taken back');
    expect(existsSync(one.file(KEPT))).toBe(false);
  });

  it('loads nothing that nft refuses', () => {
    const one = host();
    const change = one.change({ ruleset: 'nonsense\n' });
    expect(one.tools.run(change?.script ?? '').code).not.toBe(0);
    expect(existsSync(`${one.place}/kernel`)).toBe(false);
    expect(existsSync(`${one.place}/timer`)).toBe(false);
  });

  it('is set back when a rule was changed by hand, and loaded when it was flushed', () => {
    const one = host();
    const change = one.change();
    one.tools.run(change?.script ?? '');
    one.tools.run(change?.confirm?.script ?? '');
    writeFileSync(`${one.place}/kernel`, 'table inet cloudwright { one rule less }\n');
    expect(one.change()?.summary).toBe('set the firewall rules back');
    one.tools.run(`rm ${one.place}/kernel`);
    expect(one.change()?.summary).toBe('load the firewall rules');
  });

  it('is taken away without a trace', () => {
    const one = host();
    const change = one.change();
    one.tools.run(change?.script ?? '');
    one.tools.run(change?.confirm?.script ?? '');
    const away = one.change({ absent: true });
    expect(one.tools.run(away?.script ?? '')).toMatchObject({ code: 0, stderr: '' });
    expect(one.state()).toEqual({ kept: undefined, confirmed: undefined, loaded: undefined });
    expect(one.change({ absent: true })).toBeUndefined();
  });
});
