import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateRequest,
  type Credential,
  makeAuthority,
  makeCertificate,
  makeKey,
} from '../../../src/vault/certificate.ts';
import { type OnNode, printed } from './node.ts';

const FOLDER = '/etc/cloudwright/tls/database';
const MANAGEMENT = '192.168.21.11';
const VIP = '192.168.21.100';
const DAY_MS = 86_400_000;

/** Connects as Keystone does, by the URL in its file; `clear`: without an authority, as before TLS. */
const CLIENT = `
import configparser, re, sys, sqlalchemy
files = configparser.RawConfigParser(strict=False)
files.read('/etc/keystone/keystone.conf')
url = files['database']['connection']
if sys.argv[1] == 'clear': url = re.sub('&ssl_ca=[^&]*', '', url)
try:
    with sqlalchemy.create_engine(url).connect() as connection:
        print('connected', *connection.execute(sqlalchemy.text("show status like 'Ssl_version'")).one())
except sqlalchemy.exc.OperationalError as error:
    print('refused', error.orig)
`;

/** What clients of an all-in-one cloud's database accept on `control1`, and what its server accepts. */
export function databaseTls(
  on: OnNode,
  secrets: () => Promise<Readonly<Record<string, string>>>,
  apply: () => Promise<readonly string[]>,
): void {
  describe('TLS of the database', () => {
    const connect = async (how: 'own' | 'clear'): Promise<string> =>
      await printed(on, `python3 - ${how} <<'END'${CLIENT}END`);
    const mainProcess = async (): Promise<string> =>
      await printed(on, 'systemctl show -p MainPID --value mariadb');
    let authority: Credential;
    let server = '';

    beforeAll(async () => {
      const { tls_database_ca_key: key = '', tls_database_ca_certificate: certificate = '' } =
        await secrets();
      authority = { key, certificate };
      server = await mainProcess();
    });

    /** Lets the running server show a certificate that differs from its own in these points. */
    async function present(difference: Partial<CertificateRequest>): Promise<void> {
      const key = makeKey();
      const certificate = await makeCertificate({
        subject: 'control1',
        key,
        issuer: authority,
        authority: false,
        addresses: [MANAGEMENT, VIP],
        names: ['control1'],
        purposes: ['server', 'client'],
        days: 30,
        now: new Date(),
        ...difference,
      });
      // The files keep their owners and modes.
      await printed(
        on,
        `cat >${FOLDER}/certificate.pem <<'END'\n${certificate}END\ncat >${FOLDER}/key.pem <<'END'\n${key}END\nmariadb --skip-ssl -e 'flush ssl'`,
      );
    }

    it('is what services use, and clear text is refused', async () => {
      expect(await connect('own')).toBe('connected Ssl_version TLSv1.3');
      expect(await connect('clear')).toMatch(
        /^refused \(3159, 'Connections using insecure transport are prohibited/,
      );
      const plain = "select count(*) from mysql.user where host = '%' and ssl_type = ''";
      expect(await printed(on, `mariadb --skip-ssl -N -B -e "${plain}"`)).toBe('0');
    });

    it('lets the server alone read its key', async () => {
      expect(await printed(on, `stat -c '%a %U %G' ${FOLDER}/ca.pem ${FOLDER}/key.pem`)).toBe(
        '644 root root\n640 root mysql',
      );
      expect((await on(`runuser -u keystone -- cat ${FOLDER}/key.pem`)).exitCode).not.toBe(0);
    });

    it.each<[string, () => Promise<Partial<CertificateRequest>>, RegExp]>([
      [
        'of another authority',
        async () => ({ issuer: await makeAuthority('another authority', new Date()) }),
        /certificate verify failed: (self-signed certificate|unable to get local issuer)/,
      ],
      [
        'that has expired',
        async () => ({ now: new Date(Date.now() - 10 * DAY_MS), days: 5 }),
        /certificate verify failed: certificate has expired/,
      ],
      [
        'of another host',
        async () => ({ addresses: ['192.168.21.12'], names: ['control2'] }),
        /certificate verify failed: IP address mismatch/,
      ],
    ])('keeps clients from a server with a certificate %s', async (_, difference, reason) => {
      await present(await difference());
      const said = await connect('own');
      expect(said).toMatch(/^refused/);
      expect(said).toMatch(reason);
    });

    it('is repaired without a restart of the server', async () => {
      expect(await apply()).toEqual([
        'control1/command:database-certificate',
        `control1/file:${FOLDER}/certificate.pem`,
        `control1/file:${FOLDER}/key.pem`,
      ]);
      expect(await connect('own')).toBe('connected Ssl_version TLSv1.3');
      expect(await mainProcess()).toBe(server);
    });
  });
}
