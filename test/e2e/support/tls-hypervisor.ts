import { beforeAll, describe, expect, it } from 'vitest';
import { authorityNames } from '../../../src/cloud/certificates.ts';
import program from '../../../src/infrastructure/hypervisor/consoles.sh';
import { shellProgram } from '../../../src/resources/index.ts';
import { plain } from '../../../src/secrets/confidential.ts';
import proxyProgram from '../../../src/services/checks/consoleProxy.sh';
import { type Credential, makeAuthority, makeCertificate, makeKey } from '../../../src/vault/certificate.ts';
import { listeners, type OnNode, printed } from './node.ts';

const ADDRESS = '192.168.21.11';
const QEMU = '/etc/pki/qemu';
const FOLDER = '/var/lib/cloudwright/tls-hypervisor';
const MODULE = '/usr/lib/python3/dist-packages/nova/console/rfb/authvencrypt';
const DAY_MS = 86_400_000;

/** Whom consoles of an all-in-one cloud on `control1` let in, and which consoles its proxy enters. */
export function hypervisorTls(
  on: OnNode,
  secrets: () => Promise<Readonly<Record<string, string>>>,
  apply: () => Promise<readonly string[]>,
): void {
  describe('consoles of instances', () => {
    /** The check of compute hosts as a client with the certificates of a folder. */
    const console = async (folder: string) =>
      await on(plain(shellProgram(program, { address: ADDRESS, folder, domain: 'cloudwright-e2e' })));
    /** The check of control hosts, where the compute host has the certificate of a folder. */
    const proxy = async (name?: string) => {
      const file = name === undefined ? '/etc/nova/nova.conf' : `${FOLDER}/${name}/nova.conf`;
      return (await on(`${proxyProgram}\nconsole_proxy_verifies nova ${file}`)).stdout.trim().split('\n');
    };

    beforeAll(async () => {
      const names = authorityNames('hypervisor');
      const known = await secrets();
      const authority = { key: known[names.key] ?? '', certificate: known[names.certificate] ?? '' };
      const now = new Date();
      const foreign = await makeAuthority('another authority', now);
      const old = new Date(now.getTime() - 3650 * DAY_MS);
      const other = '192.168.21.99';
      await put(on, 'expired', authority, await credential(authority, ADDRESS, old));
      await put(on, 'other', authority, await credential(authority, other));
      await put(on, 'foreign', authority, await credential(foreign, ADDRESS));
      await put(on, 'stranger', foreign, await credential(foreign, ADDRESS));
    });

    it('let in who has a certificate of the authority, and offer nothing in clear text', async () => {
      const { stdout, stderr } = await console(QEMU);
      expect(stdout.trim().split('\n'), stderr).toEqual([
        'offers 19',
        'with own certificate: accepted',
        'with foreign certificate: refused',
        'with no certificate: refused',
      ]);
    });

    it.each(['expired', 'foreign'])('refuse a proxy whose certificate is %s', async (name) => {
      const { stdout, stderr } = await console(`${FOLDER}/${name}`);
      expect(stdout, stderr).toContain('with own certificate: refused');
    });

    it('are refused by a client that trusts another authority', async () => {
      const { stdout, stderr } = await console(`${FOLDER}/stranger`);
      expect(stdout, stderr).toContain('with own certificate: not verified');
    });

    it('are entered by the proxy where authority, address and dates are right, and nowhere else', async () => {
      expect(await proxy()).toEqual([
        'right: entered',
        'wrong address: not trusted',
        'wrong authority: not trusted',
      ]);
      for (const name of ['expired', 'other', 'foreign'])
        expect((await proxy(name))[0], name).toBe('right: not trusted');
    });

    it('would be entered by the package’s own code whoever answers, until the next apply', async () => {
      await printed(on, `cp ${MODULE}_packaged.py ${MODULE}.py`);
      expect(await proxy()).toContain('wrong authority: entered');
      expect(await apply()).toEqual([`control1/file:${MODULE}.py`, 'control1/service:nova-novncproxy']);
      expect(await proxy()).toContain('wrong authority: not trusted');
    });

    it('are not started with an expired certificate, until the next apply', async () => {
      await printed(on, `cp ${FOLDER}/expired/client-cert.pem ${QEMU}/server-cert.pem`);
      const { stdout, stderr } = await console(QEMU);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/certificate/i);
      expect(await apply()).toEqual([
        'control1/command:console-certificates',
        `control1/file:${QEMU}/server-cert.pem`,
      ]);
      expect((await console(QEMU)).stdout).toContain('with own certificate: accepted');
    });

    it('leave libvirt on its local sockets', async () => {
      const open = await listeners(on);
      expect(open.filter(({ process }) => /libvirt|virt/.test(process))).toEqual([]);
    });
  });
}

async function credential(issuer: Credential, address: string, now = new Date()): Promise<Credential> {
  const key = makeKey();
  const certificate = await makeCertificate({
    subject: 'control1',
    key,
    issuer,
    authority: false,
    addresses: [address],
    names: ['control1'],
    purposes: ['server', 'client'],
    days: 90,
    now,
  });
  return { key, certificate };
}

/** Under the names of QEMU, and as Nova's configuration for what stands for a compute host. */
async function put(on: OnNode, name: string, trusted: Credential, own: Credential): Promise<void> {
  const folder = `${FOLDER}/${name}`;
  const configuration = `[vnc]
server_listen = ${ADDRESS}
auth_schemes = vencrypt
vencrypt_ca_certs = ${folder}/ca-cert.pem
vencrypt_client_cert = ${folder}/client-cert.pem
vencrypt_client_key = ${folder}/client-key.pem
`;
  const texts = {
    'ca-cert.pem': trusted.certificate,
    'client-cert.pem': own.certificate,
    'client-key.pem': own.key,
    'nova.conf': configuration,
  };
  await printed(on, `mkdir -p ${folder} && chmod 0711 ${FOLDER}`);
  for (const [file, text] of Object.entries(texts)) {
    const encoded = Buffer.from(text).toString('base64');
    await printed(on, `umask 022; base64 -d >${folder}/${file} <<'END'\n${encoded}\nEND`);
  }
}
