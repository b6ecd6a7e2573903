import { beforeAll, describe, expect, it } from 'vitest';
import { authorityNames } from '../../../src/cloud/certificates.ts';
import { type Credential, makeAuthority, makeCertificate, makeKey } from '../../../src/vault/certificate.ts';
import { type OnNode, printed } from './node.ts';

const ADDRESS = '192.168.21.11';
const NORTHBOUND = 6641;
const CHASSIS = 6642;
const CONTROL = 16_642;
const PORTS = [NORTHBOUND, CHASSIS, CONTROL];

const OWN = '/etc/cloudwright/tls/ovn';
const FOLDER = '/root/tls-ovn';

const DAY_MS = 86_400_000;

/** Who OVN's databases of an all-in-one cloud on `control1` answer, and what they let whom do. */
export function tlsOvn(on: OnNode, secrets: () => Promise<Readonly<Record<string, string>>>): void {
  describe('OVN’s databases', () => {
    /** A client with one of the certificates below, or the host's own. */
    const client = (program: string, name: string, authority = `${OWN}/ca.pem`): string => {
      const folder = name === 'own' ? OWN : `${FOLDER}/${name}`;
      return `timeout 20 ${program} --private-key=${folder}/key.pem --certificate=${folder}/certificate.pem --ca-cert=${authority}`;
    };
    const list = async (name: string, port: number, authority?: string) =>
      await on(`${client('ovsdb-client', name, authority)} list-dbs ssl:${ADDRESS}:${port}`);
    const southbound = async (name: string, port: number, words: string) =>
      await on(
        `${client('ovn-sbctl', name)} --db=ssl:${ADDRESS}:${port} --no-leader-only --timeout=15 ${words}`,
      );
    let authority: Credential = { key: '', certificate: '' };

    beforeAll(async () => {
      const names = authorityNames('ovn');
      const known = await secrets();
      authority = { key: known[names.key] ?? '', certificate: known[names.certificate] ?? '' };
      const now = new Date();
      const foreign = await makeAuthority('another authority', now);
      const tenYearsAgo = new Date(now.getTime() - 3650 * DAY_MS);
      await put(on, 'foreign', await credential('control1', foreign));
      await put(on, 'expired', await credential('control1', authority, tenYearsAgo));
      await put(on, 'other', await credential('other', authority));
    });

    it.each(PORTS)('answer a client with a certificate of their authority on port %i', async (port) => {
      const { stdout, stderr } = await list('own', port);
      expect(stdout, stderr).toContain(port === NORTHBOUND ? 'OVN_Northbound' : 'OVN_Southbound');
    });

    it.each(PORTS)('say nothing in plain text on port %i', async (port) => {
      const client = await on(`timeout 20 ovsdb-client list-dbs tcp:${ADDRESS}:${port}`);
      expect(client.exitCode).toBe(1);
      expect(client.stdout).toBe('');
    });

    it.each(PORTS)('say nothing to a client without a certificate on port %i', async (port) => {
      const request = `printf %s '{"method":"list_dbs","params":[],"id":0}'`;
      const answer = async (options: string): Promise<string> => {
        const words = `-quiet -CAfile ${OWN}/ca.pem ${options} -connect ${ADDRESS}:${port}`;
        const { stdout } = await on(`${request} | timeout 3 openssl s_client ${words} 2>/dev/null`);
        return stdout;
      };
      expect(await answer(`-cert ${OWN}/certificate.pem -key ${OWN}/key.pem`)).toContain('OVN_');
      expect(await answer('')).toBe('');
    });

    it.each(PORTS)('refuse certificates of another authority and expired ones on port %i', async (port) => {
      for (const name of ['foreign', 'expired']) {
        const { exitCode, stdout } = await list(name, port);
        expect(exitCode, name).toBe(1);
        expect(stdout, name).toBe('');
      }
    });

    it('are refused by a client that trusts another authority', async () => {
      for (const port of PORTS) {
        const { exitCode, stdout } = await list('own', port, `${FOLDER}/foreign/ca.pem`);
        expect(exitCode).toBe(1);
        expect(stdout).toBe('');
      }
    });

    // OVN compares no host names with certificates. What counts is the authority, and the role of the certificate's name.
    it('let a chassis delete itself, no other chassis, and control hosts all', async () => {
      await printed(on, 'ovn-sbctl chassis-add other geneve 192.0.2.99');
      const denied = await southbound('own', CHASSIS, 'chassis-del other');
      expect(denied.exitCode).not.toBe(0);
      expect(denied.stderr).toContain('permission error');
      expect(await printed(on, 'ovn-sbctl --bare --columns=name find chassis name=other')).toBe('other');

      const itself = await southbound('other', CHASSIS, 'chassis-del other');
      expect(itself.exitCode, itself.stderr).toBe(0);

      await printed(on, 'ovn-sbctl chassis-add other geneve 192.0.2.99');
      const control = await southbound('own', CONTROL, 'chassis-del other');
      expect(control.exitCode, control.stderr).toBe(0);
      expect(await printed(on, 'ovn-sbctl --bare --columns=name list chassis')).toBe('control1');
    });

    it('do not let a chassis write what is not of its own', async () => {
      const { exitCode, stderr } = await southbound(
        'own',
        CHASSIS,
        'create dns records:example.org=192.0.2.99',
      );
      expect(exitCode).not.toBe(0);
      expect(stderr).toContain('permission error');
    });

    it('serve with a renewed certificate and its key without a restart', async () => {
      const served = async (port: number): Promise<string> =>
        await printed(
          on,
          `openssl s_client -connect ${ADDRESS}:${port} -cert ${OWN}/certificate.pem -key ${OWN}/key.pem </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`,
        );
      const started =
        'systemctl show -P ActiveEnterTimestampMonotonic ovn-ovsdb-server-nb ovn-ovsdb-server-sb';
      const before = await printed(on, started);
      const copies = `${FOLDER}/copies`;
      await printed(on, `mkdir -p ${copies} && cp -p ${OWN}/key.pem ${OWN}/certificate.pem ${copies}/`);
      await put(on, 'renewed', await credential('control1', authority));
      const fingerprint = async (file: string): Promise<string> =>
        await printed(on, `openssl x509 -noout -fingerprint -sha256 -in ${file}`);
      const expected = await fingerprint(`${FOLDER}/renewed/certificate.pem`);
      try {
        // As resources change them: one file after the other.
        for (const file of ['certificate.pem', 'key.pem'])
          await printed(on, `cp ${FOLDER}/renewed/${file} ${OWN}/new && mv ${OWN}/new ${OWN}/${file}`);
        for (const port of PORTS) expect(await served(port)).toBe(expected);
      } finally {
        for (const file of ['certificate.pem', 'key.pem'])
          await printed(
            on,
            `cp ${copies}/${file} ${OWN}/new && chmod --reference=${copies}/${file} ${OWN}/new && mv ${OWN}/new ${OWN}/${file} && touch ${OWN}/${file}`,
          );
      }
      const original = await fingerprint(`${OWN}/certificate.pem`);
      for (const port of PORTS) expect(await served(port)).toBe(original);
      expect(await printed(on, started)).toBe(before);
      await printed(on, `rm -r ${FOLDER}`);
    });
  });
}

async function credential(
  subject: string,
  issuer: Credential,
  now = new Date(),
): Promise<Credential & { readonly authority: string }> {
  const key = makeKey();
  const certificate = await makeCertificate({
    subject,
    key,
    issuer,
    authority: false,
    addresses: [ADDRESS],
    names: [subject],
    purposes: ['server', 'client'],
    days: 30,
    now,
  });
  return { key, certificate, authority: issuer.certificate };
}

async function put(
  on: OnNode,
  name: string,
  { authority, certificate, key }: Credential & { readonly authority: string },
): Promise<void> {
  const folder = `${FOLDER}/${name}`;
  const files = Object.entries({ 'ca.pem': authority, 'certificate.pem': certificate, 'key.pem': key }).map(
    ([file, text]) => `cat >${folder}/${file} <<'END'\n${text}END`,
  );
  await printed(on, ['umask 077', `mkdir -p ${folder}`, ...files].join('\n'));
}
