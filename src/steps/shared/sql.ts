import type { Cloud } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import { firstControl } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { mysqlDatabase, mysqlUser } from '../../resources/index.ts';

/** A service's databases and its account, made on the member that is written to. */
export function sqlAccount(cloud: Cloud, user: string, databases: readonly string[]): readonly Resource[] {
  const host = firstControl(cloud).name;
  const made = databases.map((name) => mysqlDatabase(host, name, { charset: 'utf8mb3' }));
  const password = secretOf(cloud, `${user}_database_password`);
  const account = mysqlUser(
    host,
    user,
    password,
    databases.map((name) => `${name}.*`),
    { after: made },
  );
  return [...made, account];
}
