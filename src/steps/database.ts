import type { Cloud, Host } from '../cloud/cloud.ts';
import { controlHosts, firstControl, vip } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import { command, file, service } from '../resources/index.ts';
import { text } from '../secrets/confidential.ts';
import { databaseHealthResources } from './database/health.ts';
import { mariadbConfiguration } from './database/mariadb.ts';
import { ports } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import type { Step, StepContext } from './step.ts';

/** MariaDB, with Galera as soon as there are several control hosts; written through one node (C3). */
export const database: Step = {
  name: 'database',
  title: 'Database',
  needs: ['ha'],
  packages: onControlHosts(() => ['mariadb-server', 'mariadb-backup', 'galera-4', 'python3-pymysql']),
  resources: (context) => controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
  checks: ({ cloud }) => [
    ...controlHosts(cloud).map((host) => memberCheck(cloud, host)),
    throughVipCheck(cloud),
  ],
};

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const configuration = file(
    host.name,
    '/etc/mysql/mariadb.conf.d/90-cloudwright.cnf',
    mariadbConfiguration(cloud, host, factsOf(facts, host.name)),
    { group: 'mysql', mode: '0640' },
  );
  const limits = file(
    host.name,
    '/etc/systemd/system/mariadb.service.d/cloudwright.conf',
    '[Service]\nLimitNOFILE=65536\nRestart=on-failure\n',
  );
  if (controlHosts(cloud).length === 1) {
    const server = service(host.name, 'mariadb', { watches: [configuration, limits] });
    return [configuration, limits, server, ...databaseHealthResources(host, [server])];
  }
  const first = firstControl(cloud);
  const isFirst = host === first;
  const bootstrap = command(
    host.name,
    'galera-member',
    {
      doing: isFirst ? 'form the Galera cluster' : 'join the Galera cluster',
      // A member that is in the primary component is left alone, whatever started it.
      unless:
        'systemctl is-active --quiet mariadb && mariadb -N -B -e "show status like \'wsrep_cluster_status\'" | grep -q Primary',
      script: isFirst ? galeraFirst(cloud) : 'set -e\nsystemctl start mariadb\nsystemctl enable -q mariadb',
      limitSeconds: 300,
    },
    {
      after: [
        configuration,
        limits,
        // Members join one after another: each needs a whole donor, and the account that it copies with.
        ...(isFirst
          ? []
          : [`${previousControl(cloud, host).name}/command:galera-member`, `${first.name}/command:sst-user`]),
      ],
    },
  );
  const account = isFirst
    ? [
        command(
          host.name,
          'sst-user',
          {
            doing: 'make the account that copies the database to joining members',
            unless: `[ -n "$(mariadb -N -B -e "select 1 from mysql.user where user='sst'")" ]`,
            script: text`mariadb <<'SQL'
create user if not exists 'sst'@'localhost' identified by '${cloud.secrets.database_sst_password}';
grant reload, process, lock tables, replication client on *.* to 'sst'@'localhost';
SQL`,
            limitSeconds: 30,
          },
          { after: [bootstrap] },
        ),
      ]
    : [];
  return [configuration, limits, bootstrap, ...account, ...databaseHealthResources(host, [bootstrap])];
}

function previousControl(cloud: Cloud, host: Host): Host {
  const hosts = controlHosts(cloud);
  return hosts[hosts.indexOf(host) - 1] ?? firstControl(cloud);
}

/** The first member joins what lives elsewhere; only when nobody answers does it form a new cluster. */
function galeraFirst(cloud: Cloud): string {
  const others = controlHosts(cloud)
    .slice(1)
    .map((host) => host.addresses.management);
  return [
    'set -e',
    'systemctl stop mariadb',
    `for address in ${others.join(' ')}; do`,
    `  if timeout 2 bash -c "exec 3<>/dev/tcp/$address/4567" 2>/dev/null; then systemctl start mariadb; systemctl enable -q mariadb; exit 0; fi`,
    'done',
    'if [ -e /var/lib/mysql/grastate.dat ] && ! grep -q "safe_to_bootstrap: 1" /var/lib/mysql/grastate.dat; then',
    '  echo "this member was not the last one to leave; recover the cluster from the most advanced member" >&2; exit 1',
    'fi',
    'galera_new_cluster',
    'systemctl enable -q mariadb',
  ].join('\n');
}

function memberCheck(cloud: Cloud, host: Host): ShellCheck {
  const members = controlHosts(cloud).length;
  return {
    via: 'shell',
    id: `database-${host.name}`,
    title: members === 1 ? 'MariaDB answers' : 'MariaDB is a synced member of the whole cluster',
    host: host.name,
    limitSeconds: 60,
    script:
      "mariadb -N -B -e \"select variable_name, variable_value from information_schema.global_status where variable_name in ('uptime','wsrep_cluster_size','wsrep_local_state_comment')\"",
    judge: ({ exitCode, stdout, stderr }) => {
      if (exitCode !== 0) return { ok: false, sentence: `MariaDB does not answer: ${stderr.trim()}` };
      if (members === 1) return { ok: true, sentence: 'MariaDB answers' };
      const value = (name: string) => new RegExp(`^${name}\\s+(.+)$`, 'mi').exec(stdout)?.[1] ?? 'unknown';
      const size = Number(value('wsrep_cluster_size'));
      const state = value('wsrep_local_state_comment');
      return {
        ok: size === members && state === 'Synced',
        sentence: `${size} of ${members} members, this one ${state}`,
      };
    },
  };
}

function throughVipCheck(cloud: Cloud): ShellCheck {
  return {
    via: 'shell',
    id: 'database-vip',
    title: 'the database answers through the VIP',
    host: firstControl(cloud).name,
    limitSeconds: 30,
    // The server speaks first, and no account is needed: it gives its name, or says that this host has none yet.
    script: `timeout 3 bash -c 'exec 3<>/dev/tcp/${vip(cloud)}/${ports.database}; head -c 60 <&3 | tr -d "\\0"'`,
    judge: ({ stdout }) =>
      /MariaDB|is not allowed to connect/.test(stdout)
        ? { ok: true, sentence: `MariaDB greets on ${vip(cloud)}:${ports.database}` }
        : { ok: false, sentence: `no greeting on ${vip(cloud)}:${ports.database}` },
  };
}
