import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DHCP_SCRIPT, GUEST_MODULES, INIT, INSTANCE, LSBLK } from '../../src/guest/scripts.ts';

it('has valid shell scripts', () => {
  for (const text of [INIT, INSTANCE, DHCP_SCRIPT, LSBLK]) {
    expect(text.startsWith('#!/bin/sh\n')).toBe(true);
    execFileSync('sh', ['-n'], { input: text });
  }
});

it('loads the network and disk drivers, and those they need before them', () => {
  const position = (module: string): number => GUEST_MODULES.indexOf(module);
  expect(position('virtio_blk')).toBeGreaterThanOrEqual(0);
  expect(position('failover')).toBeLessThan(position('net_failover'));
  expect(position('net_failover')).toBeLessThan(position('virtio_net'));
  expect(INIT).toContain(`for module in ${GUEST_MODULES.join(' ')};`);
});

/** Runs the DHCP script with an `ip` that writes down its arguments. */
function lease(environment: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'dhcp-'));
  try {
    const log = join(folder, 'log');
    writeFileSync(join(folder, 'ip'), `#!/bin/sh\necho "$*" >>${log}\n`, { mode: 0o755 });
    const script = DHCP_SCRIPT.replaceAll('/etc/resolv.conf', join(folder, 'resolv.conf')).replaceAll(
      '/run/address',
      join(folder, 'address'),
    );
    execFileSync('sh', ['-s', 'bound'], {
      input: script,
      env: { PATH: `${folder}:/usr/bin:/bin`, interface: 'eth0', ip: '10.0.0.5', ...environment },
    });
    expect(readFileSync(join(folder, 'address'), 'utf8')).toBe('10.0.0.5\n');
    return readFileSync(log, 'utf8').trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('takes address, MTU and router from the lease', () => {
  expect(lease({ mask: '26', mtu: '1442', router: '10.0.0.1 10.0.0.2' })).toEqual([
    'address flush dev eth0',
    'address add 10.0.0.5/26 dev eth0',
    'link set eth0 up',
    'link set eth0 mtu 1442',
    'route replace default via 10.0.0.1 dev eth0',
  ]);
});

it('prefers classless routes to the router, as RFC 3442 asks', () => {
  const calls = lease({
    mask: '24',
    router: '10.0.0.1',
    staticroutes: '169.254.169.254/32 10.0.0.2 0.0.0.0/0 10.0.0.1 10.1.0.0/16 0.0.0.0',
  });
  expect(calls.filter((call) => call.startsWith('route'))).toEqual([
    'route replace 169.254.169.254/32 via 10.0.0.2 dev eth0 onlink',
    'route replace 0.0.0.0/0 via 10.0.0.1 dev eth0 onlink',
    'route replace 10.1.0.0/16 dev eth0',
  ]);
});
