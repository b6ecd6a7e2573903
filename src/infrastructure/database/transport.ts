import { certificatePaths } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { ports } from '../../cloud/ports.ts';
import { anyControl } from '../../cloud/reached.ts';
import { controlHosts, vip } from '../../cloud/topology.ts';
import type { Finding, ShellCheck } from '../../engine/check.ts';
import type { Resource } from '../../engine/resource.ts';
import type { StepContext } from '../../engine/step.ts';
import { command } from '../../resources/index.ts';
import { shellProgram } from '../../resources/program.ts';
import { plain } from '../../secrets/confidential.ts';
import certificateShown from './certificate-shown.sh';
import transport from './transport.sh';

/** Galera's port for replication. */
const REPLICATION = 4567;

/** Nobody can log in with it. Without any account from other hosts, a server refuses them before the TLS handshake. */
const CHECK_ACCOUNT = 'cloudwright-check';

export function checkAccount(host: Host, after: readonly Resource[]): Resource {
  const account = `'${CHECK_ACCOUNT}'@'%'`;
  return command(
    host.name,
    'database-check-account',
    {
      doing: `create the locked database account ${CHECK_ACCOUNT}, with which checks try the handshake`,
      unless: `mariadb --skip-ssl -N -B -e "show create user ${account}" | grep -q 'REQUIRE SSL ACCOUNT LOCK'`,
      script: `mariadb --skip-ssl -e "create user if not exists ${account} require ssl account lock; alter user ${account} require ssl account lock"`,
      limitSeconds: 60,
    },
    { after, cloudWide: true },
  );
}

/** A renewed certificate is taken over without a restart, and connections stay. Replication goes first: no guard sees it. */
export function certificateInUse(cloud: Cloud, host: Host, after: readonly (Resource | string)[]): Resource {
  const replication =
    controlHosts(cloud).length > 1 ? 'set global wsrep_provider_socket_ssl_reload = 1; ' : '';
  return command(
    host.name,
    'database-certificate',
    {
      doing: 'make MariaDB read its certificate again',
      unless: shellProgram(certificateShown, {
        address: host.addresses.management,
        port: ports.database,
        certificate: certificatePaths('database').certificate,
      }),
      script: `mariadb --skip-ssl -e "${replication}flush ssl"`,
      limitSeconds: 60,
    },
    { after },
  );
}

/** A member takes clients over verified TLS and in no other way, and the other members too. */
export function memberTransportCheck(cloud: Cloud, host: Host): ShellCheck {
  return transportCheck({
    id: `database-tls-${host.name}`,
    title: 'MariaDB speaks TLS only, with a certificate that clients verify',
    host: host.name,
    address: host.addresses.management,
    replication: controlHosts(cloud).length > 1,
  });
}

export function throughVipCheck(context: StepContext<Cloud>): readonly ShellCheck[] {
  const host = anyControl(context);
  if (!host) return [];
  return [
    transportCheck({
      id: 'database-vip',
      title: 'the database answers over TLS through the VIP',
      host: host.name,
      address: vip(context.cloud),
      replication: false,
    }),
  ];
}

interface Asked {
  readonly id: string;
  readonly title: string;
  readonly host: string;
  readonly address: string;
  readonly replication: boolean;
}

function transportCheck({ id, title, host, address, replication }: Asked): ShellCheck {
  const { authority, certificate, key } = certificatePaths('database');
  const script = shellProgram(transport, {
    address,
    port: ports.database,
    account: CHECK_ACCOUNT,
    authority,
    certificate,
    key,
    replication: replication && REPLICATION,
  });
  return {
    via: 'shell',
    id,
    title,
    host,
    limitSeconds: 60,
    script: plain(script),
    judge: ({ stdout }) => judgeTransport(stdout, `${address}:${ports.database}`, replication),
  };
}

/** ER_ACCOUNT_HAS_BEEN_LOCKED comes after the verified handshake, ER_SECURE_TRANSPORT_REQUIRED without one. */
function judgeTransport(stdout: string, at: string, replication: boolean): Finding {
  const said = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1]?.trim() || 'no answer';
  if (!said('encrypted').includes('ERROR 4151')) {
    return { ok: false, sentence: `no verified TLS connection to MariaDB on ${at}: ${said('encrypted')}` };
  }
  if (!said('clear').includes('ERROR 3159')) {
    return { ok: false, sentence: `MariaDB on ${at} does not refuse clear text: ${said('clear')}` };
  }
  if (replication && said('replication') !== '0 (ok)') {
    return { ok: false, sentence: `replication of the database is not verified: ${said('replication')}` };
  }
  return { ok: true, sentence: `MariaDB on ${at} speaks TLS and refuses clear text` };
}
