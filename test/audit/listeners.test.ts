import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listenersInspection } from '../../src/audit/listeners.ts';
import { answersAt, holdsPort, READ_SOCKETS, socketsOf } from '../../src/audit/sockets.ts';
import { listenersOf } from '../../src/steps/listeners.ts';
import { sh } from '../resources/sh.ts';
import { type CloudContext, threeControls } from '../steps/clouds.ts';
import { hostOf, look, said } from './look.ts';

const RANGE = 'range 32768\t60999';
const SSHD = 'tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*    users:(("sshd",pid=1,fd=3))';

/** A line of `ss -Hltunp`. */
const socket = (local: string, process: string, protocol = 'tcp') =>
  `${protocol}   ${protocol === 'tcp' ? 'LISTEN' : 'UNCONN'} 0      128   ${local}   0.0.0.0:*   users:(("${process}",pid=7,fd=9),("${process}",pid=8,fd=9))`;

function lookAt(context: CloudContext, host: string, lines: readonly string[]) {
  const { cloud } = context;
  return look(listenersInspection(cloud, hostOf(context, host), listenersOf(cloud)), [RANGE, ...lines]);
}

describe('what listens on a host', () => {
  const three = threeControls();

  it('is well where the definitions name it, at its address, or on loopback', () => {
    const verdicts = lookAt(three, 'control1', [
      SSHD,
      socket('192.0.2.11:3306', 'mariadbd'),
      socket('192.0.2.100:8774', 'haproxy'),
      socket('192.0.2.100:3306', 'haproxy'),
      socket('203.0.113.100:8774', 'haproxy'),
      socket('*:123', 'chronyd', 'udp'),
      socket('127.0.0.1:6640', 'ovsdb-server'),
      socket('[::1]:4369', 'epmd'),
      socket('[::ffff:127.0.0.1]:9999', 'beam'),
      socket('192.0.2.11%eth1:68', 'systemd-network', 'udp'),
      socket('0.0.0.0:40000', 'client', 'udp'),
      'udp   UNCONN 0      0            0.0.0.0:6081       0.0.0.0:*',
    ]);
    expect(verdicts).toEqual([
      {
        topic: 'listeners',
        where: 'control1',
        state: 'pass',
        what: '8 sockets beyond loopback, all described',
      },
    ]);
  });

  it('fails with the name of the process where no definition names it', () => {
    const verdicts = lookAt(three, 'control1', [
      SSHD,
      socket('0.0.0.0:8888', 'python3'),
      socket('0.0.0.0:8888', 'python3'),
      socket('[::]:111', 'rpcbind', 'udp'),
      'tcp   LISTEN 0      0            0.0.0.0:7777       0.0.0.0:*',
    ]);
    expect(said(verdicts, 'fail')).toEqual([
      'python3 listens on 0.0.0.0 port 8888 tcp, which no definition names',
      'rpcbind listens on :: port 111 udp, which no definition names',
      'the kernel listens on 0.0.0.0 port 7777 tcp, which no definition names',
    ]);
    for (const { next } of verdicts) expect(next).toContain('firewall.allow');
  });

  it('fails at an address of another network, on a host without the role, and over the other protocol', () => {
    expect(said(lookAt(three, 'control1', [SSHD, socket('203.0.113.11:3306', 'mariadbd')]), 'fail')).toEqual([
      'mariadbd listens on 203.0.113.11 port 3306 tcp; database belongs to 192.0.2.11 and 192.0.2.100',
    ]);
    expect(
      said(lookAt(three, 'compute1', [SSHD, socket('192.0.2.21:3306', 'mariadbd')]), 'fail'),
    ).toHaveLength(1);
    expect(
      said(lookAt(three, 'control1', [SSHD, socket('192.0.2.11:3306', 'x', 'udp')]), 'fail'),
    ).toHaveLength(1);
  });

  it('is what the description allows, on hosts of those roles', () => {
    const allowing = threeControls(
      'firewall: { allow: [{ ports: [9100], network: management, roles: [compute] }] }\nssh: { port: 2222 }\n',
    );
    const exporter = [socket('*:2222', 'sshd'), socket('*:9100', 'exporter')];
    expect(said(lookAt(allowing, 'compute1', exporter), 'fail')).toEqual([]);
    expect(said(lookAt(allowing, 'control1', exporter), 'fail')).toHaveLength(1);
    expect(said(lookAt(allowing, 'compute1', [SSHD]), 'fail')).toHaveLength(1);
  });

  it('fails where nothing at all is shown, or the answer is cut', () => {
    expect(said(lookAt(three, 'control1', []), 'fail')).toHaveLength(1);
    const one = listenersInspection(three.cloud, hostOf(three, 'control1'), []);
    const cut = one.judge({ exitCode: 1, stdout: `${RANGE}\n${SSHD}\n`, stderr: 'ss: no such file\n' });
    expect(cut).toMatchObject([{ state: 'fail', what: 'could not be read: ss: no such file' }]);
  });
});

describe('sockets', () => {
  it('are read with the tools of this machine', () => {
    const { stdout, code } = sh(READ_SOCKETS);
    expect(code).toBe(0);
    for (const { port, address } of socketsOf(stdout.split('\n'))) {
      expect(port).toBeGreaterThan(0);
      expect(address).not.toMatch(/[[\]%]/);
    }
  });

  it('hold ports in ranges, and never throw at what is printed', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.nat(65_535), fc.nat(65_535), (a, b, port) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        expect(holdsPort(`${first}-${last}`, port)).toBe(port >= first && port <= last);
        expect(holdsPort(String(a), port)).toBe(port === a);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.string()), (lines) => {
        expect(Array.isArray(socketsOf(lines))).toBe(true);
      }),
    );
  });

  it('answer at every address, or at their own', () => {
    expect(answersAt({ address: '*' }, '192.0.2.1')).toBe(true);
    expect(answersAt({ address: '192.0.2.2' }, '192.0.2.1')).toBe(false);
    expect(answersAt({ address: '::ffff:192.0.2.1' }, '192.0.2.1')).toBe(true);
  });
});
