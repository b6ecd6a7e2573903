import { type Host, hosts, on } from './threeHosts.ts';

/** By what a cluster is recognised, as one of its members says. */
export interface Identity {
  /** `wsrep_cluster_state_uuid`. */
  readonly galera: string;
  /** Cluster ids of OVN's northbound and southbound database. */
  readonly ovn: string;
  readonly ceph: string;
  /** The nodes that run in RabbitMQ's cluster; each names the cluster after itself. */
  readonly rabbitmq: string;
  readonly cloud: string;
}

const COMMANDS: Readonly<Record<keyof Identity, string>> = {
  galera: `mariadb -N -B -e "select variable_value from information_schema.global_status where variable_name in ('wsrep_cluster_state_uuid', 'wsrep_cluster_size')"`,
  ovn: ['nb_db.ctl cluster/cid OVN_Northbound', 'sb_db.ctl cluster/cid OVN_Southbound']
    .map((words) => `ovs-appctl -t /run/ovn/ovn${words}`)
    .join(' && '),
  ceph: 'ceph fsid',
  rabbitmq: `rabbitmqctl -q eval 'lists:sort(rabbit_nodes:list_running()).'`,
  cloud: 'cat /var/lib/cloudwright/cloud-id',
};

async function identityOn(host: Host): Promise<Identity> {
  const said: Record<string, string> = {};
  for (const [cluster, line] of Object.entries(COMMANDS)) said[cluster] = await on(host, line);
  return said as unknown as Identity;
}

/** What every member says of its clusters. */
export async function identities(): Promise<readonly Identity[]> {
  return await Promise.all(hosts.map(identityOn));
}

export interface Restart {
  readonly host: Host;
  /** Microseconds of the monotonic clock, which all nodes of a lab share. */
  readonly down: number;
  readonly up: number;
}

const TIMES = ['ActiveExitTimestampMonotonic', 'ActiveEnterTimestampMonotonic'];

/** The last restart of a unit on each host, the earliest first. */
export async function restarts(unit: string): Promise<readonly Restart[]> {
  const all = await Promise.all(
    hosts.map(async (host) => {
      const shown = await on(host, `systemctl show ${unit} -p ${TIMES.join(' -p ')}`);
      const [down = 0, up = 0] = TIMES.map((name) =>
        Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(shown)?.[1]),
      );
      return { host, down, up };
    }),
  );
  return all.toSorted((a, b) => a.down - b.down);
}
